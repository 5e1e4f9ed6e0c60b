#!/usr/bin/env bash
# Builds and tests the example as a stranger would: against published artifacts alone, in a local repository of its own.
# What "mvn package" left in the modules' target folders is laid out as a repository; nothing is installed anywhere.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(cd "$here/../.." && pwd)
version=$(sed -n 's#^  <version>\(.*\)</version>#\1#p' "$root/pom.xml" | head -1)
published=$root/target/published

publish() { # artifact, pom, jar or nothing
  local folder=$published/org/rebind/$1/$version
  mkdir -p "$folder"
  cp "$2" "$folder/$1-$version.pom"
  if [ $# -gt 2 ]; then
    [ -f "$3" ] || { echo "build.sh: $3 is missing: run mvn package in $root first" >&2; exit 1; }
    cp "$3" "$folder/$1-$version.jar"
  fi
}

rm -rf "$published" "$root/target/stranger-repository/org/rebind"
publish rebind "$root/pom.xml"
for module in api-bundle codegen-bundle tracer-bundle cache-bundle backend-tck; do
  publish "$module" "$root/$module/pom.xml" "$root/$module/target/$module-$version.jar"
done

# Third-party artifacts come from the usual local repository where it has them, else from the network.
usual=${REBIND_MAVEN_REPOSITORY:-$HOME/.m2/repository}
settings=$root/target/stranger-settings.xml
cat > "$settings" <<XML
<settings>
  <profiles>
    <profile>
      <id>stranger</id>
      <activation><activeByDefault>true</activeByDefault></activation>
      <repositories>
        <repository><id>published</id><url>file://$published</url></repository>
        <repository><id>usual</id><url>file://$usual</url></repository>
      </repositories>
      <pluginRepositories>
        <pluginRepository><id>usual</id><url>file://$usual</url></pluginRepository>
      </pluginRepositories>
    </profile>
  </profiles>
</settings>
XML
cd "$here"
exec mvn -B -ntp -q -s "$settings" "-Dmaven.repo.local=$root/target/stranger-repository" "-Drebind.version=$version" \
  "$@" package
