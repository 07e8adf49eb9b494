# SPDX-License-Identifier: BSL-1.0
# Installs tidings.pc, and one for each component that is built, such as tidings-tls.pc. They find their prefix from where they
# lie, so that the folder can be moved. Boost has no such files: its library is looked for where the linker looks.
file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" up "${up}")

# REQUIRES: packages whose headers ours include. USES: those that only the library itself is linked with; the programs that link
# a static one need them too.
function(tidings_pc name description)
    cmake_parse_arguments(PARSE_ARGV 2 pc "" "LIBRARIES;FLAGS" "REQUIRES;USES")
    set(requires ${pc_REQUIRES})
    set(uses ${pc_USES})
    if(NOT BUILD_SHARED_LIBS)
        list(APPEND requires ${uses})
        set(uses)
    endif()
    list(JOIN requires ", " requires)
    list(JOIN uses ", " uses)
    configure_file(cmake/tidings.pc.in "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

function(tidings_component_pc name description)
    if(TARGET tidings_${name})
        tidings_pc(tidings-${name} "tidings: ${description}" LIBRARIES -ltidings_${name} REQUIRES tidings USES ${ARGN})
    endif()
endfunction()

if(TIDINGS_SEPARATE_ASIO)
    tidings_pc(tidings "${PROJECT_DESCRIPTION}" REQUIRES fmt
        LIBRARIES "-ltidings -ltidings_asio -lboost_url -pthread" FLAGS " -pthread -DBOOST_ASIO_SEPARATE_COMPILATION")
else()
    tidings_pc(tidings "${PROJECT_DESCRIPTION}" REQUIRES fmt LIBRARIES "-ltidings -lboost_url -pthread" FLAGS " -pthread")
endif()
set(zstd)
if(TIDINGS_ZSTD_LIBRARY AND TIDINGS_ZSTD_INCLUDE_DIR)
    set(zstd libzstd)
endif()
set(tls)
if(TARGET tidings_tls)
    set(tls tidings-tls)
endif()
tidings_component_pc(testing "for tests of handlers and servers")
tidings_component_pc(metrics "figures for Prometheus")
tidings_component_pc(sqlite "the durable store" sqlite3)
tidings_component_pc(tls "encrypted endpoints" openssl)
tidings_component_pc(http2 "endpoints that speak HTTP/2" libnghttp2)
tidings_component_pc(compression "event streams in gzip and zstd" zlib ${zstd})
tidings_component_pc(redis "one hub over many processes" ${tls} hiredis)
