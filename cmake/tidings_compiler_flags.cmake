# SPDX-License-Identifier: BSL-1.0
# Warnings for our own targets; users' builds never see them.
option(TIDINGS_WARNINGS_AS_ERRORS "Treat warnings as errors in our own targets" ${PROJECT_IS_TOP_LEVEL})

function(tidings_compiler_flags target)
    # return-type: an awaitable function that forgets to co_return compiles, and running it is undefined.
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Werror=return-type)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        target_compile_options(${target} PRIVATE -Wno-gnu-zero-variadic-macro-arguments)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
        # Once it optimises, g++ 12 sees overflows in inlined atomics and a wrong delete in Asio's frames; neither is one.
        target_compile_options(${target} PRIVATE -Wno-stringop-overflow -Wno-mismatched-new-delete)
    endif()
    if(TIDINGS_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
