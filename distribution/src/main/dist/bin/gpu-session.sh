#!/usr/bin/env bash
# Everything there is to do on a machine with a GPU, in one go: rebind gpu-session [--quick] [--backend NAME] [--limit SECONDS]
# [OUT.md]. What works here, the backend contract, the memory checker over it, benchmarks beside NVIDIA's library, PyTorch and
# JAX where Python has them, a training run. Writes one Markdown page; keeps going where a part fails, and says so.
set -uo pipefail

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
rebind=$home/bin/rebind backend=cuda quick='' limit=1800 out=rebind-gpu.md
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=--quick ;; # small sizes: a trial of this script
    --backend) backend=${2:?--backend needs a name}; shift ;;
    --limit) limit=${2:?--limit needs seconds}; shift ;; # of the contract and its checkers
    -*) echo "usage: rebind gpu-session [--quick] [--backend NAME] [--limit SECONDS] [OUT.md]" >&2; exit 2 ;;
    *) out=$1 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=()
export REBIND_JAVA_OPTS="-Drebind.session=$$ ${REBIND_JAVA_OPTS:-}" # by which the processes of this session are known

say() { printf '%s\n' "$@" >>"$work/page.md"; } # a line each
heading() { echo "gpu-session: $1"; say '' "## $1" ''; cp "$work/page.md" "$out"; } # so that there is a page if it is cut short
block() { say '```'; tail -n "${2:-40}" "$1" >>"$work/page.md"; say '```'; }

# part NAME SECONDS COMMAND...: its output in a file of that name; a failure is noted.
part() {
  local name=$1 seconds=$2 start=$SECONDS
  shift 2
  timeout -k 10 "$seconds" "$@" >"$work/$name.log" 2>&1
  ended $? "$name" "$start"
}

ended() {
  local rc=$1 name=$2 start=$3
  [ "$rc" = 0 ] || { failed+=("$name (exit $rc)"); say "**Failed with exit $rc**, the end of its output:" ''; block "$work/$name.log" 30; }
  echo "gpu-session: $name took $((SECONDS - start)) s, exit $rc"
  return "$rc"
}

# contract NAME COMMAND...: starts that command on each part of the contract, all of them at once.
contract() {
  local name=$1 piece
  shift
  for piece in $contracts; do
    { timeout -k 10 "$limit" "$@" "$piece" >"$work/$name-$piece.log" 2>&1; echo $? >"$work/$name-$piece.rc"; } &
  done
}

# contracted NAME: a line for each part's result, what was skipped and what failed.
contracted() {
  local name=$1 piece code rc=0
  for piece in $contracts; do
    code=$(cat "$work/$name-$piece.rc")
    [ "$code" = 0 ] || rc=1
    printf '%-20s %s%s\n' "$piece" "$(grep -E '^[0-9]+ passed|ERROR SUMMARY|RACECHECK SUMMARY' "$work/$name-$piece.log" | paste -sd' ')" \
      "$(case $code in 0) ;; 124|137) echo " not ended after $limit s" ;; *) echo " exit $code" ;; esac)" >>"$work/$name.log"
  done
  cat "$work/$name"-*.log | grep '^skipped' | sort -u >>"$work/$name.log"
  cat "$work/$name"-*.log | grep -E -A 3 '^FAILED|^========= (Invalid|Error|Program)' | head -40 >>"$work/$name.log"
  if [ "$rc" = 0 ]; then block "$work/$name.log" 60; else ended 1 "$name" "$contracts_start"; fi
}

say "# Rebind on a GPU" '' "$(date -u +%Y-%m-%d), $(uname -sm), backend \`$backend\`$( [ -n "$quick" ] && echo ', **quick: small sizes**')." ''
say "- CPU: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort | uniq -c | sed 's/^ *\([0-9]*\) /\1 x /')"
if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv,noheader | sed 's/^/- GPU: /' >>"$work/page.md"
else
  say "- GPU: nvidia-smi is not here"
fi
command -v nvcc >/dev/null && say "- CUDA toolkit: $(nvcc --version | sed -n 's/.*release \([^,]*\),.*/\1/p')"

heading "What works here"
part backends 120 "$rebind" backends && block "$work/backends.log"

contracts=$("$rebind" tck "$backend" none 2>&1 | grep -oE '[A-Z][A-Za-z]+Contract' | sort -u)
[ -n "$contracts" ] || failed+=("tck (no backend $backend here, or its contract has no parts)")
contracts_start=$SECONDS opencl='' sanitizer=''
grep -q '^opencl  *GPU' "$work/backends.log" && [ "$backend" = cuda ] && opencl=yes
command -v compute-sanitizer >/dev/null && [ "$backend" = cuda ] && sanitizer=yes
echo "gpu-session: the contract${sanitizer:+, also under compute-sanitizer}${opencl:+, also of OpenCL on this device}: everything at once"
contract tck "$rebind" tck "$backend"
[ -z "$opencl" ] || contract opencl-tck "$rebind" tck opencl
if [ -n "$sanitizer" ]; then
  for tool in memcheck racecheck; do
    contract "$tool" env REBIND_JAVA_OPTS="-Drebind.fuzz.count=50 ${REBIND_JAVA_OPTS:-}" \
      compute-sanitizer --tool "$tool" --target-processes all --error-exitcode 3 "$rebind" tck "$backend"
  done
fi
wait
# one that was cut short may leave its Java behind, which would go on using the device while the rest is measured
pkill -KILL -f -- "-Drebind.session=$$ " && failed+=("a process of the contract that did not end by itself")
echo "gpu-session: the contract took $((SECONDS - contracts_start)) s"
heading "The backend contract"
contracted tck
heading "compute-sanitizer over the contract"
if [ -n "$sanitizer" ]; then
  say 'memcheck:' ''
  contracted memcheck
  say '' 'racecheck:' ''
  contracted racecheck
else
  say "Not run: $( [ "$backend" = cuda ] && echo 'it is not on the PATH' || echo "it checks CUDA, and this is $backend")."
fi

heading "Throughput and overhead"
part bench 900 "$rebind" device-bench "$backend" $quick --out "$work/bench.md" && cat "$work/bench.md" >>"$work/page.md"
if [ "$backend" = cuda ]; then
  say '' "With TF32 allowed:" ''
  part bench-tf32 900 env REBIND_JAVA_OPTS="-Drebind.cuda.tf32=true ${REBIND_JAVA_OPTS:-}" \
    "$rebind" device-bench "$backend" $quick --products --out "$work/tf32.md" && grep '^|' "$work/tf32.md" >>"$work/page.md"
fi

heading "The same by others"
if command -v python3 >/dev/null; then
  part peers 1200 python3 "$home/bin/gpu-peers.py" $quick && cat "$work/peers.log" >>"$work/page.md"
else
  say "Not run: no python3."
fi

heading "Training on handwritten digits"
part digits 600 "$rebind" digits --backend "$backend"
block "$work/digits.log" 20

if [ "$backend" = cuda ]; then
  heading "A device that breaks under a running function"
  part device-loss 120 "$rebind" device-loss && block "$work/device-loss.log" 12

  heading "The backend coming and going beside the CPU's"
  part swap 120 "$rebind" swap --backend cuda --beside aparapi-cpu --seconds 15 --size 256 --svg "${out%.md}-swap.svg" \
    && { block "$work/swap.log" 40; say "![swap]($(basename "${out%.md}-swap.svg"))"; }
fi

if [ -n "$opencl" ]; then
  heading "The same device through OpenCL"
  contracted opencl-tck
  part opencl-bench 300 "$rebind" device-bench opencl $quick --out "$work/opencl.md" && cat "$work/opencl.md" >>"$work/page.md"
fi

say ''
if [ "${#failed[@]}" -gt 0 ]; then
  say "Parts that failed: ${failed[*]}."
else
  say "All parts ran."
fi
cp "$work/page.md" "$out"
echo "gpu-session: $out"
[ "${#failed[@]}" = 0 ]
