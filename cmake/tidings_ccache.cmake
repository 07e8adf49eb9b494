# SPDX-License-Identifier: BSL-1.0
# Compiles through ccache where it is installed. The sloppiness is what ccache asks for with precompiled headers.
find_program(TIDINGS_CCACHE ccache DOC "Compiler cache; empty for none")
mark_as_advanced(TIDINGS_CCACHE)
if(TIDINGS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${TIDINGS_CCACHE}")
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        # The cache knows headers by their text. Clang would refuse a precompiled one from it where they were installed anew.
        add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
    endif()
endif()
