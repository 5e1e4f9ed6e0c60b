"""The workloads of device-bench and the digits step by PyTorch (eager and torch.compile) and JAX, where installed: Markdown on stdout."""
import statistics
import sys
import time

QUICK = "--quick" in sys.argv
N = 1 << 20 if QUICK else 64 << 20
ROWS = 256 if QUICK else 8192
SIZES = [256] if QUICK else [1024, 4096, 8192]


def best(call, wait, least=0.02 if QUICK else 0.2):
    """Best round's seconds of a call; calls are queued and waited for once a round."""
    count, result = 3, float("inf")
    for turn in range(8):
        wait()
        start = time.perf_counter()
        for _ in range(count):
            call()
        wait()
        seconds = time.perf_counter() - start
        if turn >= 3:
            result = min(result, seconds / count)
        count = int(max(3, min(20000, count * least / seconds)))
    return result


def line(library, what, seconds, amount, unit):
    print(f"| {library} | {what} | {seconds * 1e6:.1f} | {amount / seconds / (1e12 if unit == 'TF' else 1e9):.1f} {unit} |")


def suite(library, make, ops, wait):
    """make(shape) gives random data on the device; ops maps a name to a function."""
    x, a, b, c, d = (make((N,)) for _ in range(5))
    m, w, v = make((ROWS, 4096)), make((4096,)), make((4096,))
    line(library, f"x * 2 + 1, then tanh, {N}", best(lambda: ops["chain"](x), wait), 8 * N, "GB/s")
    line(library, f"tanh(a * b + c) * exp(-d), {N}", best(lambda: ops["gate"](a, b, c, d), wait), 20 * N, "GB/s")
    line(library, f"sum of all, {N}", best(lambda: ops["total"](x), wait), 4 * N, "GB/s")
    lines = make((N // 4096, 4096))
    line(library, f"sums of rows, {N // 4096} x 4096", best(lambda: ops["rows"](lines), wait), 4 * N, "GB/s")
    line(library, f"sums of columns, {N // 4096} x 4096", best(lambda: ops["columns"](lines), wait), 4 * N, "GB/s")
    size = 4 * 4096 * ROWS
    line(library, f"softmax, {ROWS} x 4096", best(lambda: ops["softmax"](m), wait), 2 * size, "GB/s")
    line(library, f"layer norm, {ROWS} x 4096", best(lambda: ops["layernorm"](m, w, v), wait), 2 * size, "GB/s")
    line(library, f"transposed + 1, {ROWS} x 4096", best(lambda: ops["transposed"](m), wait), 2 * size, "GB/s")
    for n in SIZES:
        p, q = make((n, n)), make((n, n))
        line(library, f"product of {n} x {n}", best(lambda: ops["product"](p, q), wait), 2 * n**3, "TF")
    e = make((8,))
    print(f"| {library} | a call on 8 elements, queued | {best(lambda: ops['small'](e), wait) * 1e6:.2f} | |")
    digits(library, make, ops["digits"], ops["labels"], ops["host"])


def digits(library, make, step, labels, host):
    """Median time of a step of the digits example until loss and first weights are on the host."""
    params = [make((64, 64)), make((64,)), make((64, 10)), make((10,))]
    velocity = [0 * p for p in params]
    x, y = make((64, 64)), labels(64)
    times = []
    for i in range(60 if QUICK else 600):
        start = time.perf_counter()
        new_params, _, loss = step(params, velocity, x, y, 0.05)
        host(loss), host(new_params[0])
        times.append(time.perf_counter() - start)
    print(f"| {library} | digits step until it is read | {statistics.median(times[len(times) // 2:]) * 1e6:.1f} | |")


def torch_peers():
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    wait = torch.cuda.synchronize if device == "cuda" else (lambda: None)

    def step(p, v, x, labels, rate):
        w1, b1, w2, b2 = p
        h = torch.tanh(x @ w1 + b1)
        log_p = torch.log_softmax(h @ w2 + b2, 1)
        one_hot = (labels[:, None] == torch.arange(10, device=x.device)).float()
        loss = -(log_p * one_hot).sum(1).mean()
        d_logits = (log_p.exp() - one_hot) / x.shape[0]
        d_hidden = (d_logits @ w2.t()) * (1 - h * h)
        gradients = [x.t() @ d_hidden, d_hidden.sum(0), h.t() @ d_logits, d_logits.sum(0)]
        velocity = [0.9 * a - rate * g for a, g in zip(v, gradients)]
        return [a + b for a, b in zip(p, velocity)], velocity, loss

    ops = {
        "chain": lambda x: torch.tanh(x * 2 + 1),
        "gate": lambda a, b, c, d: torch.tanh(a * b + c) * torch.exp(-d),
        "total": lambda x: x.sum(),
        "rows": lambda x: x.sum(1),
        "columns": lambda x: x.sum(0),
        "softmax": lambda x: torch.softmax(x, 1),
        "layernorm": lambda x, w, b: torch.nn.functional.layer_norm(x, (4096,), w, b),
        "transposed": lambda x: (x.t() + 1).contiguous(),
        "product": lambda a, b: a @ b,
        "small": lambda x: x * 2 + 1,
        "digits": step,
        "labels": lambda n: torch.randint(10, (n,), device=device),
        "host": lambda t: t.cpu(),
    }

    def make(shape):
        return torch.rand(shape, device=device)

    name = f"PyTorch {torch.__version__} on {device}"
    with torch.no_grad():
        suite(name + ", eager", make, ops, wait)
        try:
            suite(name + ", torch.compile", make, {k: f if k in ("labels", "host") else torch.compile(f) for k, f in ops.items()}, wait)
        except Exception as e:  # no compiler for it here
            print(f"| {name}, torch.compile | does not run: {type(e).__name__} | | |")


def jax_peers():
    import jax
    import jax.numpy as jnp
    import numpy

    def step(p, v, x, labels, rate):
        w1, b1, w2, b2 = p
        h = jnp.tanh(x @ w1 + b1)
        log_p = jax.nn.log_softmax(h @ w2 + b2, axis=1)
        one_hot = (labels[:, None] == jnp.arange(10)).astype(jnp.float32)
        loss = -(log_p * one_hot).sum(1).mean()
        d_logits = (jnp.exp(log_p) - one_hot) / x.shape[0]
        d_hidden = (d_logits @ w2.T) * (1 - h * h)
        gradients = [x.T @ d_hidden, d_hidden.sum(0), h.T @ d_logits, d_logits.sum(0)]
        velocity = [0.9 * a - rate * g for a, g in zip(v, gradients)]
        return [a + b for a, b in zip(p, velocity)], velocity, loss

    ops = {
        "chain": lambda x: jnp.tanh(x * 2 + 1),
        "gate": lambda a, b, c, d: jnp.tanh(a * b + c) * jnp.exp(-d),
        "total": lambda x: x.sum(),
        "rows": lambda x: x.sum(1),
        "columns": lambda x: x.sum(0),
        "softmax": lambda x: jax.nn.softmax(x, axis=1),
        "layernorm": lambda x, w, b: (x - x.mean(1, keepdims=True)) / jnp.sqrt(x.var(1, keepdims=True) + 1e-5) * w + b,
        "transposed": lambda x: x.T + 1,
        "product": lambda a, b: jnp.matmul(a, b, precision="highest"),
        "small": lambda x: x * 2 + 1,
        "digits": step,
    }
    last = {}

    def waiting(f):
        compiled = jax.jit(f)

        def call(*args):
            last["it"] = compiled(*args)

        return call

    def wait():
        if "it" in last:
            last["it"].block_until_ready()

    keys = iter(jax.random.split(jax.random.PRNGKey(0), 64))
    suite(f"JAX {jax.__version__} on {jax.default_backend()}", lambda shape: jax.random.uniform(next(keys), shape),
          {**{k: waiting(f) for k, f in ops.items()}, "digits": jax.jit(step), "host": numpy.asarray,
           "labels": lambda n: jax.random.randint(next(keys), (n,), 0, 10)}, wait)


print("| library | workload | us a call | reaches |")
print("|---|---|---:|---:|")
for peer in (torch_peers, jax_peers):
    try:
        peer()
    except ImportError as e:
        print(f"| {peer.__name__.split('_')[0]} | not installed here ({e.name}) | | |")
