# SPDX-License-Identifier: BSL-1.0
# What a library of ours is where it is built as a shared one (BUILD_SHARED_LIBS): it names the version of its binary interface,
# and shows the names of tidings and Asio alone.
function(tidings_shared target)
    # While the major version is 0, a minor version may break its users.
    set_target_properties(${target} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "SHARED_LIBRARY")
        set(names "${PROJECT_SOURCE_DIR}/cmake/exported_names.map")
        target_link_options(${target} PRIVATE "LINKER:--version-script=${names}")
        set_target_properties(${target} PROPERTIES LINK_DEPENDS "${names}")
    endif()
endfunction()
