"""The facts a figure is worth nothing without."""

import os
import platform


def facts(build):
    """In the order they are shown. `build` is what the manifest says."""
    found = {
        'CPU': f'{_cpu_model()}, {os.cpu_count()} processors',
        'kernel': platform.release(),
        'system': _system(),
        'C library': ' '.join(platform.libc_ver()),
        'compiler': build.get('compiler', ''),
        'flags': build.get('flags', ''),
        'coir': build.get('coir', ''),
        'Boost': build.get('boost', ''),
        'Google Benchmark': build.get('google_benchmark', ''),
    }
    return {key: value for key, value in found.items() if value.strip()}


def _cpu_model():
    for key in ('model name', 'Model', 'CPU part'):
        value = _field('/proc/cpuinfo', key, ':')
        if value:
            return value
    return platform.machine()


def _system():
    return _field('/etc/os-release', 'PRETTY_NAME', '=').strip('"')


def _field(path, key, separator):
    try:
        with open(path, encoding='utf-8') as lines:
            for line in lines:
                name, found, value = line.partition(separator)
                if found and name.strip() == key:
                    return value.strip()
    except OSError:
        pass
    return ''
