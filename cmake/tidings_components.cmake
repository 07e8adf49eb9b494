# SPDX-License-Identifier: BSL-1.0
# A component is a library of its own, since it needs a library that the rest does without (tidings::tls needs OpenSSL),
# or since few programs need it.

# tidings_find_component(tls OpenSSL 3 "encrypted endpoints"): whether TIDINGS_WITH_TLS asks for tidings::tls and OpenSSL 3
# is here, in tidings_has_tls. A macro, as what find_package sets is for the caller.
macro(tidings_find_component name package version what)
    string(TOUPPER "TIDINGS_WITH_${name}" tidings_with)
    set(${tidings_with} AUTO CACHE STRING "Build tidings::${name}, ${what}: ON, OFF, or AUTO for where ${package} is found")
    set_property(CACHE ${tidings_with} PROPERTY STRINGS AUTO ON OFF)
    set(tidings_has_${name} OFF)
    if(${tidings_with} STREQUAL "AUTO")
        find_package(${package} ${version} QUIET)
        set(tidings_has_${name} ${${package}_FOUND})
        if(NOT tidings_has_${name})
            message(STATUS "${package} ${version} not found: tidings::${name}, ${what}, is left out")
        endif()
    elseif(${tidings_with})
        find_package(${package} ${version} REQUIRED)
        set(tidings_has_${name} ON)
    endif()
endmacro()

# The library of the component: tidings_component(tls HEADER tls_context.hpp SOURCES … LIBRARIES OpenSSL::SSL)
function(tidings_component name)
    cmake_parse_arguments(PARSE_ARGV 1 component "" "HEADER" "SOURCES;LIBRARIES")
    add_library(tidings_${name} ${component_SOURCES})
    add_library(tidings::${name} ALIAS tidings_${name})
    set_target_properties(tidings_${name} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
    target_sources(tidings_${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES ${component_HEADER})
    target_compile_features(tidings_${name} PUBLIC cxx_std_20)
    target_link_libraries(tidings_${name} PUBLIC tidings::tidings PRIVATE ${component_LIBRARIES})
    tidings_compiler_flags(tidings_${name})
    tidings_shared(tidings_${name})
endfunction()
