# SPDX-License-Identifier: BSL-1.0
# Installs tidings::tidings and tidings::asio as the package `tidings`, and the rest as its components: `testing`, `metrics`, `admin`, `logging`, `probe`, `service`,
# `sqlite`, `tls`, `http2`, `redis`, `compression`, and `module`. Shared libraries are the install component tidings_library, all that
# programs are built with is tidings_development.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME tidings_development)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tidings")

# tidings_install_libraries(<export> <target>...)
function(tidings_install_libraries export)
    install(TARGETS ${ARGN} EXPORT ${export} FILE_SET HEADERS
        LIBRARY COMPONENT tidings_library NAMELINK_COMPONENT tidings_development)
    install(EXPORT ${export} NAMESPACE tidings:: DESTINATION "${package_dir}")
endfunction()

tidings_install_libraries(tidings-targets tidings tidings_asio)
foreach(component IN ITEMS testing metrics admin logging probe service sqlite tls http2 redis compression)
    if(TARGET tidings_${component})
        tidings_install_libraries(tidings-${component} tidings_${component})
    endif()
endforeach()
if(TARGET tidings_http2)
    install(FILES cmake/Findnghttp2.cmake DESTINATION "${package_dir}")
endif()
if(TARGET tidings_redis)
    install(FILES cmake/Findhiredis.cmake DESTINATION "${package_dir}")
endif()

set(standard_library libstdc++)
if(CMAKE_CXX_FLAGS MATCHES "-stdlib=libc[+][+]")
    set(standard_library libc++)
endif()
configure_package_config_file(cmake/tidings-config.cmake.in tidings-config.cmake INSTALL_DESTINATION "${package_dir}")
# While the major version is 0, a minor version may break its users.
write_basic_package_version_file(tidings-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/tidings-config.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/tidings-config-version.cmake"
    DESTINATION "${package_dir}")
include(tidings_pkg_config)
if(NOT TIDINGS_PACKAGE) # where the licence is in Debian's own place
    install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/tidings")
endif()
