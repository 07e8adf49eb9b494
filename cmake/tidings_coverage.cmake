# SPDX-License-Identifier: BSL-1.0
# Target coverage_report: which lines of src the tests of this build folder covered (clang; see the preset `coverage`).
find_program(LLVM_PROFDATA NAMES llvm-profdata-19 llvm-profdata REQUIRED)
find_program(LLVM_COV NAMES llvm-cov-19 llvm-cov REQUIRED)

# All programs that the folders from `directory` downwards define.
function(tidings_find_programs result directory)
    get_property(targets DIRECTORY "${directory}" PROPERTY BUILDSYSTEM_TARGETS)
    get_property(children DIRECTORY "${directory}" PROPERTY SUBDIRECTORIES)
    set(found)
    foreach(target IN LISTS targets)
        get_target_property(type ${target} TYPE)
        if(type STREQUAL "EXECUTABLE")
            list(APPEND found ${target})
        endif()
    endforeach()
    foreach(child IN LISTS children)
        tidings_find_programs(below "${child}")
        list(APPEND found ${below})
    endforeach()
    set(${result} ${found} PARENT_SCOPE)
endfunction()

# Call it after all tests are defined.
function(tidings_add_coverage_report)
    tidings_find_programs(programs "${PROJECT_SOURCE_DIR}/tests")
    list(TRANSFORM programs REPLACE "(.+)" "--object=$<TARGET_FILE:\\1>" OUTPUT_VARIABLE objects)
    set(profiles "${PROJECT_BINARY_DIR}/profiles")
    add_custom_target(coverage_report
        COMMAND sh -c "exec '${LLVM_PROFDATA}' merge --sparse -o '${profiles}/all.profdata' '${profiles}'/*.profraw"
        COMMAND "${LLVM_COV}" report "--instr-profile=${profiles}/all.profdata" --show-region-summary=false
                --show-branch-summary=false ${objects} --sources "${PROJECT_SOURCE_DIR}/src/tidings"
        COMMENT "Line coverage of src" USES_TERMINAL VERBATIM)
endfunction()
