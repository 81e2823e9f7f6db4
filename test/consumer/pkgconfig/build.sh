#!/bin/sh
# Builds the consumer against an installed coir; arguments go to pkg-config (--static).
set -eu
flags=$(pkg-config --cflags --libs "$@" coir)
eval "${CXX:-c++} -std=c++20 main.cpp -o consumer $flags"
