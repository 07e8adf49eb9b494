# SPDX-License-Identifier: BSL-1.0
# Warnings and hardening for our own targets; users' builds never see them.
option(TIDINGS_WARNINGS_AS_ERRORS "Treat warnings as errors in our own targets" ${PROJECT_IS_TOP_LEVEL})
option(TIDINGS_HARDENING "Compile our own targets so that a fault of memory ends the program" OFF)

set(tidings_optimised "$<CONFIG:Release,RelWithDebInfo,MinSizeRel>")

# Each function in a section of its own, so that a program is linked without those that it does not call: a fifth of a small one.
function(tidings_divide target)
    target_compile_options(${target} PRIVATE "$<${tidings_optimised}:-ffunction-sections;-fdata-sections>")
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
        target_link_options(${target} PRIVATE "$<${tidings_optimised}:LINKER:--gc-sections>")
    endif()
endfunction()

# Optimised: checks of lengths and of the stack, which cost a delivery 25 of 493 instructions. Debug: bounds of containers.
function(tidings_harden target)
    target_compile_options(${target} PRIVATE
        "$<${tidings_optimised}:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3;-fstack-clash-protection;-fstack-protector-strong>")
    target_compile_definitions(${target} PRIVATE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
    target_link_options(${target} PRIVATE LINKER:-z,relro,-z,now) # of programs; a static library is not linked
endfunction()

function(tidings_compiler_flags target)
    # return-type: an awaitable function that forgets to co_return compiles, and running it is undefined.
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Werror=return-type)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        target_compile_options(${target} PRIVATE -Wno-gnu-zero-variadic-macro-arguments)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
        # Once it optimises, g++ 12 sees overflows in inlined atomics, a wrong delete in Asio's frames, and a use after the
        # delete where a function that holds a reference calls one that holds another; none of them is there.
        target_compile_options(${target} PRIVATE -Wno-stringop-overflow -Wno-mismatched-new-delete -Wno-use-after-free)
    endif()
    tidings_divide(${target})
    if(TIDINGS_HARDENING)
        tidings_harden(${target})
    endif()
    if(TIDINGS_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
