// <coir/io.hpp> - the io layer: streams and sockets
#pragma once

#include <coir/base/closed.hpp>
#include <coir/io/endpoint.hpp>
#include <coir/io/tcp_listener.hpp>
#include <coir/io/tcp_stream.hpp>
#include <coir/reactor/busy.hpp>
