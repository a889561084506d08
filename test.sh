#!/usr/bin/env bash
# Installs what is missing, builds, checks the format, runs every test, and ends with the line "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")"
# Whoever is started in the background ignores an interrupt, and so does all that it starts; but tests send some.
if [ -z "${TEST_INTERRUPTS-}" ] && env --default-signal=INT true 2> /dev/null; then
  exec env --default-signal=INT TEST_INTERRUPTS=yes ./test.sh "$@"
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1
# One compiler for all builds: most of the time of one that starts anew goes into making it ready.
export UseSharedCompilation=true

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0 skipped=0 failures=()

say() { printf '\n== %s\n' "$*"; }

count() { # passed failed skipped [what failed...]
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
  [ "$2" -eq 0 ] || failures+=("${@:4}")
}

# What failed is named once more: the log is long, and often only its end is at hand.
finish() {
  if [ "$failed" -gt 0 ]; then
    say "failed"
    printf '%s\n' "${failures[@]}"
  fi
  say "result"
  echo "$passed passed, $failed failed, $skipped skipped"
  exit $((failed > 0))
}

# A step that is no test of its own, but without which nothing counts.
must() { # name command...
  local name=$1
  shift
  say "$name"
  if ! "$@"; then
    echo "$name failed: $*"
    count 0 1 0 "$name"
    finish
  fi
}

install() { # program package
  command -v "$1" > /dev/null && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "installing $2"
    apt-get update -qq && apt-get install -y -qq "$2" > /dev/null && return 0
  fi
  echo "'$1' is missing: install the package $2 (on Debian: apt-get install $2)."
  return 1
}

# The tests start servers of their own from these programs. The package would start one for the whole machine, too.
install_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null && return 0
  command -v initdb > /dev/null && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "installing postgresql"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq postgresql-common > /dev/null \
      && sed -i 's/^#* *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
      && apt-get install -y -qq postgresql > /dev/null && return 0
  fi
  echo "'initdb' is missing: install the package postgresql (on Debian: apt-get install postgresql)."
  return 1
}

# Runs one test program and adds its summary to the count. One that ends without a summary counts as failed.
run_dotnet() { # engine project [filter...]
  local engine=$1 project=$2
  shift 2
  local log="$results/$engine-$project.log" summary
  say "$project ($engine)"
  "artifacts/$engine/bin/$project/release/Orchestrator.$project" -noColor "$@" > "$log" 2>&1
  local code=$?
  summary=$(grep -o 'Total: [0-9]*, Errors: [0-9]*, Failed: [0-9]*, Skipped: [0-9]*' "$log" | tail -n 1)
  if [ -z "$summary" ]; then
    tail -n 50 "$log"
    count 0 1 0 "$project ($engine)"
    return
  fi
  local total errors bad left
  read -r total errors bad left <<< "$(grep -o '[0-9]*' <<< "$summary" | tr '\n' ' ')"
  bad=$((bad + errors))
  [ "$bad" -eq 0 ] && [ "$code" -ne 0 ] && bad=1
  if [ "$bad" -gt 0 ]; then grep -v '^ *\(Discover\|Starting\|Finished\)' "$log" | head -n 400; fi
  echo "$summary"
  local names
  mapfile -t names < <(sed -n "s/^ *\(.*\) \[FAIL\]$/\1 ($engine)/p" "$log")
  count $((total - bad - left < 0 ? 0 : total - bad - left)) "$bad" "$left" "${names[@]:-$project ($engine)}"
}

run_node() { # directory
  say "$1"
  local log="$results/node.log"
  (cd "$1" && npm ci --no-audit --no-fund --silent && npm run --silent check && npm test --silent) > "$log" 2>&1
  local code=$? good bad left
  good=$(grep -oE '^(# |ℹ )pass [0-9]+' "$log" | grep -oE '[0-9]+' | tail -n 1)
  bad=$(grep -oE '^(# |ℹ )fail [0-9]+' "$log" | grep -oE '[0-9]+' | tail -n 1)
  left=$(grep -oE '^(# |ℹ )skipped [0-9]+' "$log" | grep -oE '[0-9]+' | tail -n 1)
  if [ "$code" -ne 0 ] || [ -z "$good" ]; then
    cat "$log"
    count "${good:-0}" "$((${bad:-0} > 0 ? bad : 1))" "${left:-0}" "$1"
    return
  fi
  echo "pass $good, skipped ${left:-0}"
  count "$good" 0 "${left:-0}"
}

# The README's first thing to try, as a newcomer meets it: a server, the npm client, three processes.
run_sample() { # engine
  say "samples/first-light ($1)"
  local data="$results/data-$1" log="$results/server-$1.log" address=""
  "artifacts/$1/bin/Silo/release/orchestrator" --urls http://127.0.0.1:0 --data "$data" > "$log" 2>&1 &
  local server=$!
  for _ in $(seq 300); do
    address=$(sed -n 's/.*listening on *//p' "$log" | head -n 1)
    [ -n "$address" ] && break
    kill -0 "$server" 2> /dev/null || break
    sleep 0.1
  done
  if [ -n "$address" ] && (cd samples/first-light && npm ci --no-audit --no-fund --silent && node first-light.mjs --url "$address"); then
    count 1 0 0
  else
    cat "$log"
    count 0 1 0 "samples/first-light ($1)"
  fi
  kill -TERM "$server" 2> /dev/null
  wait "$server" 2> /dev/null
}

# A whole evening; it starts and kills a server of its own.
run_evening() { # engine
  say "samples/first-light: the evening ($1)"
  if (cd samples/first-light && npm ci --no-audit --no-fund --silent && node evening.mjs --server "../../artifacts/$1/bin/Silo/release/orchestrator"); then
    count 1 0 0
  else
    count 0 1 0 "samples/first-light: the evening ($1)"
  fi
}

# The load program in small: everything must arrive, once and in order. It measures nothing here.
run_bench() { # arguments...
  say "bench/Load $*"
  if dotnet artifacts/local/bin/Load/release/Orchestrator.Load.dll "$@" > "$results/bench.log" 2>&1; then
    count 1 0 0
  else
    cat "$results/bench.log"
    count 0 1 0 "bench/Load $*"
  fi
}

command -v dotnet > /dev/null || { echo "'dotnet' is missing: install the .NET SDK that global.json names."; count 0 1 0 dotnet; finish; }
must "node" install node nodejs
must "npm" install npm npm
must "postgresql" install_postgres
say "kubectl"
install kubectl kubernetes-client || echo "What needs it to render k8s/ is skipped."
must "restore" dotnet restore Orchestrator.sln --verbosity quiet
must "build" dotnet build Orchestrator.sln -c Release --no-restore --verbosity quiet
must "format" dotnet format whitespace Orchestrator.sln --no-restore --verify-no-changes

for project in test/*.Tests; do
  # These start silos, which the engine of one process has not.
  [ "$project" = test/Cluster.Tests ] && continue
  run_dotnet local "$(basename "$project")"
done
run_node clients/js
run_node test/socketio-clients
run_node test/deployment-schemas
run_sample local
run_evening local
run_bench sessions --smoke --with-floor --rounds 1
run_bench stall --smoke
run_bench timeline --smoke
run_bench list --smoke
run_bench delivery --smoke --rounds 1
run_bench stall --smoke --wire socketio
run_bench idle --smoke
run_bench joins --smoke

# The grain tests need a package that the program does not.
restore_orleans() {
  dotnet restore src/Silo -p:Engine=Orleans --verbosity quiet && dotnet restore test/Grains.Tests -p:Engine=Orleans --verbosity quiet
}

say "the cluster engine"
if restore_orleans > "$results/orleans.log" 2>&1; then
  must "build (Orleans)" dotnet build -c Release -p:Engine=Orleans --verbosity quiet
  for project in Grains.Tests Storage.Tests Gateway.Tests Cluster.Tests; do
    case $project in
      # Every test has silos of its own, which mostly wait for each other.
      Grains.Tests) run_dotnet orleans "$project" -maxThreads 4 ;;
      # The older Socket.IO differs from the newer one in what is written, which is done before the engine; and what is malformed does not come to it.
      Gateway.Tests)
        run_dotnet orleans "$project" -class- '*.OldSocketIo*' -class- '*.FrameTests' -class- '*.ParameterTests' -class- '*.SettingsTests' \
          -class- '*.WebSocketTests' -class- '*FuzzTests'
        ;;
      *) run_dotnet orleans "$project" ;;
    esac
  done
  # What is about delivery, over the other driver.
  TEST_DELIVERY=Streams run_dotnet orleans Gateway.Tests -class 'Orchestrator.Tests.SignalR*' -class '*ResumeTests'
  run_sample orleans
  run_evening orleans
else
  missing=$(grep -oE 'Unable to find package [^ ]+' "$results/orleans.log" | head -n 1)
  echo "Engine=Orleans does not restore with the configured package sources (${missing:-see dotnet restore src/Silo -p:Engine=Orleans}); its tests are skipped."
  count 0 0 1
fi

finish
