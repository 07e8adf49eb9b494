# SPDX-License-Identifier: BSL-1.0
# Target reference: the comments of the public headers as pages, in reference/html/index.html of the build folder (see the preset
# `reference`). Needs Doxygen.
find_program(DOXYGEN_PROGRAM doxygen)
mark_as_advanced(DOXYGEN_PROGRAM)
if(NOT DOXYGEN_PROGRAM)
    message(STATUS "No reference: it needs doxygen (scripts/setup --all)")
    return()
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/Doxyfile.in" "${PROJECT_BINARY_DIR}/Doxyfile" @ONLY)
add_custom_target(reference
    COMMAND "${DOXYGEN_PROGRAM}" "${PROJECT_BINARY_DIR}/Doxyfile"
    COMMAND "${CMAKE_COMMAND}" -E echo "${PROJECT_BINARY_DIR}/reference/html/index.html"
    VERBATIM)
