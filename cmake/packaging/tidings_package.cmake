# SPDX-License-Identifier: BSL-1.0
# What CPack makes of the preset `deb`: packages for Debian of the shared libraries, of what programs are built with, and of
# examples/hub as the service tidings-hub.
include(GNUInstallDirs)
set(here "${CMAKE_CURRENT_LIST_DIR}")
set(made "${PROJECT_BINARY_DIR}/packaging")
set(library_package "libtidings${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")

if(NOT TARGET hub)
    message(FATAL_ERROR "TIDINGS_PACKAGE=ON packs examples/hub too: set TIDINGS_BUILD_EXAMPLES=ON, and install Boost.JSON (scripts/setup)")
endif()
find_program(GZIP_PROGRAM gzip REQUIRED)
mark_as_advanced(GZIP_PROGRAM)

set(TIDINGS_PACKAGE_MAINTAINER "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>" CACHE STRING "Who answers for the packages: Name <address>")
if(TIDINGS_PACKAGE_MAINTAINER MATCHES "^ |<>")
    unset(TIDINGS_PACKAGE_MAINTAINER CACHE)
    message(FATAL_ERROR "A package names who made it: set DEBFULLNAME and DEBEMAIL in the environment")
endif()
string(TIMESTAMP packaging_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(READ LICENSE license)
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n(.)" "\n \\1" license " ${license}")

configure_file("${here}/copyright.in" "${made}/copyright" @ONLY)
configure_file("${here}/changelog.in" "${made}/changelog" @ONLY)
execute_process(COMMAND "${GZIP_PROGRAM}" -9nf "${made}/changelog" COMMAND_ERROR_IS_FATAL ANY)

# The hub. Its manual page is what --help prints, so that it says what the program does.
set_target_properties(hub PROPERTIES OUTPUT_NAME tidings-hub)
add_custom_command(OUTPUT "${made}/tidings-hub.1.gz" DEPENDS hub "${here}/manual_page.cmake"
    COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=$<TARGET_FILE:hub>" "-DVERSION=${PROJECT_VERSION}" "-DGZIP=${GZIP_PROGRAM}"
        "-DPAGE=${made}/tidings-hub.1" -P "${here}/manual_page.cmake" VERBATIM)
add_custom_target(hub_manual_page DEPENDS "${made}/tidings-hub.1.gz")
install(TARGETS hub RUNTIME COMPONENT tidings_hub)
install(FILES "${made}/tidings-hub.1.gz" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT tidings_hub)
install(FILES "${here}/tidings-hub.service" "${here}/tidings-hub.socket" DESTINATION lib/systemd/system COMPONENT tidings_hub)
install(FILES "${here}/tidings-hub.default" DESTINATION /etc/default RENAME tidings-hub COMPONENT tidings_hub)

# tidings_debian(<install component> <package> <section> <summary> <text>)
function(tidings_debian component package section summary text)
    string(TOUPPER "${component}" upper)
    install(FILES "${made}/changelog.gz" "${made}/copyright" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}" COMPONENT ${component})
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME "${package}" PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION "${section}" PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
endfunction()
tidings_debian(tidings_library ${library_package} libs "Server-Sent Events for C++20 coroutines: shared libraries"
    "Programs that are linked with tidings need them. It is a framework for servers\nthat stream events to browsers.")
tidings_debian(tidings_development libtidings-dev libdevel "Server-Sent Events for C++20 coroutines: development files"
    "Headers, the CMake package, and files of pkg-config for programs that use\ntidings, a framework for servers that stream events to browsers.")
tidings_debian(tidings_hub tidings-hub net "small hub that brings events from programs to browsers"
    "Any program posts events over HTTP, and any number of browsers follow a topic\nby Server-Sent Events. Clients that come back get what they have missed. The\nevents are kept in files, or in a Valkey or Redis that several hubs share.")

configure_file("${here}/overrides.in" "${made}/overrides" @ONLY)
install(FILES "${made}/overrides" DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides" RENAME ${library_package} COMPONENT tidings_library)

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL tidings_library tidings_development tidings_hub)
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_CONTACT "${TIDINGS_PACKAGE_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_SOURCE tidings)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# Libraries of others are found by dpkg-shlibdeps, our own by what it is told of them.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS)
foreach(library IN ITEMS tidings tidings_metrics tidings_admin tidings_logging tidings_probe tidings_service tidings_sqlite tidings_tls tidings_http2 tidings_redis tidings_compression)
    get_target_property(folder ${library} BINARY_DIR)
    list(APPEND CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${folder}")
endforeach()
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_COMPONENT_TIDINGS_DEVELOPMENT_DEPENDS tidings_library)
set(CPACK_COMPONENT_TIDINGS_HUB_DEPENDS tidings_library)
set(CPACK_DEBIAN_TIDINGS_DEVELOPMENT_PACKAGE_DEPENDS
    "libboost${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR}-dev, libboost-url${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR}-dev, libfmt-dev, libsqlite3-dev, libssl-dev, libnghttp2-dev, libhiredis-dev, zlib1g-dev, libzstd-dev")
set(CPACK_DEBIAN_TIDINGS_LIBRARY_PACKAGE_CONTROL_EXTRA "${here}/triggers")
set(CPACK_DEBIAN_TIDINGS_HUB_PACKAGE_CONTROL_EXTRA "${here}/conffiles;${here}/postinst;${here}/prerm;${here}/postrm")
include(CPack)
