#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks that scripts/sbom prints what SPDX 2.3 requires of a document.

  sbom.py SCRIPT BUILD LIBRARY...      LIBRARY: those that the build was configured with
"""

import json
import os
import re
import subprocess
import sys

ID = r"SPDXRef-[A-Za-z0-9.-]+"


def check(is_right, what):
    if not is_right:
        sys.exit(f"sbom: {what}")


def fields(of, where, **patterns):
    """Each has to be there, and to be text of this form."""
    for name, pattern in patterns.items():
        check(re.fullmatch(pattern, str(of.get(name, ""))), f"{where}: {name} is {of.get(name)!r}, not {pattern}")


def main():
    script, build, *libraries = sys.argv[1:]
    command = [script, build]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    text = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    check(text == subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout, "two runs differ")
    document = json.loads(text)
    fields(document, "document", spdxVersion=r"SPDX-2\.3", dataLicense=r"CC0-1\.0", SPDXID="SPDXRef-DOCUMENT", name=".+",
           documentNamespace=r"https://[^#]+")
    fields(document["creationInfo"], "creationInfo", created=r"2023-11-14T22:13:20Z")
    check(all(re.fullmatch(r"(Tool|Person|Organization): .+", each) for each in document["creationInfo"]["creators"]), "creators")

    packages = {each["name"]: each for each in document["packages"]}
    for each in packages.values():
        fields(each, each["name"], SPDXID=ID, name=".+", versionInfo=r"\d+(\.\d+)+", downloadLocation="NOASSERTION",
               licenseConcluded="NOASSERTION", licenseDeclared=r"[A-Za-z0-9. -]+", copyrightText="NOASSERTION")
        check(each["filesAnalyzed"] is False, f"{each['name']}: filesAnalyzed has to be false where no file is listed")
    check(len({each["SPDXID"] for each in packages.values()}) == len(document["packages"]), "an SPDXID is there twice")
    check(set(packages) == {"tidings", *libraries}, f"it lists {sorted(packages)}, and the build has {sorted(libraries)}")

    ids = {each["SPDXID"] for each in packages.values()} | {"SPDXRef-DOCUMENT"}
    relations = {(each["spdxElementId"], each["relationshipType"], each["relatedSpdxElement"]) for each in document["relationships"]}
    check(all(a in ids and b in ids for a, _, b in relations), "a relationship names something that is not there")
    root = packages["tidings"]["SPDXID"]
    check(("SPDXRef-DOCUMENT", "DESCRIBES", root) in relations, "the document describes nothing")
    check(all((root, "DEPENDS_ON", packages[each]["SPDXID"]) in relations for each in libraries), "a library is not depended on")

    refused = subprocess.run([script, "/nonexistent"], capture_output=True, text=True)
    check(refused.returncode != 0 and "cmake --preset" in refused.stderr, "a folder that is no build is not refused")


if __name__ == "__main__":
    main()
