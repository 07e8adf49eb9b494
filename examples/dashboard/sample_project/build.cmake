# SPDX-License-Identifier: BSL-1.0
# usage: cmake -D FOLDER=<scratch folder> -P build.cmake
# Configures, builds and runs the sample project: one command, so that the dashboard needs no shell.
execute_process(COMMAND "${CMAKE_COMMAND}" -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}" -B "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${FOLDER}/toolbox" COMMAND_ERROR_IS_FATAL ANY)
