# SPDX-License-Identifier: BSL-1.0
# Writes PAGE.gz, the manual page of PROGRAM: what its --help prints.
execute_process(COMMAND "${PROGRAM}" --help OUTPUT_VARIABLE usage COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\\" "\\e" usage "${usage}")
string(REPLACE "-" "\\-" usage "${usage}")
string(REGEX REPLACE "\n([.'])" "\n\\\\&\\1" usage "${usage}")
string(REPLACE "usage: hub " "tidings\\-hub " usage "${usage}")
file(WRITE "${PAGE}" ".TH TIDINGS\\-HUB 1 \"\" \"tidings ${VERSION}\"
.SH NAME
tidings\\-hub \\- brings events from programs to browsers by Server\\-Sent Events
.SH SYNOPSIS AND OPTIONS
.nf
${usage}.fi
.SH FILES
.TP
.I /etc/default/tidings\\-hub
The options with which the service tidings\\-hub.service starts it.
")
execute_process(COMMAND "${GZIP}" -9nf "${PAGE}" COMMAND_ERROR_IS_FATAL ANY)
