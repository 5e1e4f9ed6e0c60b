package org.rebind.benchmarks;

import java.util.List;
import java.util.Locale;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.RebindException;
import org.rebind.Rebind;
import org.rebind.Tensor;

/**
 * Breaks the process's first CUDA device under a running function, by a kernel of its own that writes to address 0, and looks
 * at what the function's callers see: the next calls run elsewhere and are right, what had been read stays, what had not is
 * lost with an exception that says so. The device serves other processes as before. Exit code 0 if all that is so.
 */
public final class DeviceLoss {
    private static final int SIZE = 1 << 20;

    private boolean right = true;

    private DeviceLoss() {
    }

    public static void main(String[] args) {
        String why = CudaDirect.unavailable();
        if (!why.isEmpty()) {
            System.err.println("device-loss: " + why);
            System.exit(2);
        }
        DeviceLoss loss = new DeviceLoss();
        loss.run();
        System.exit(loss.right ? 0 : 1); // backends are the process's, and stay open
    }

    private void run() {
        CompiledFunction1<Tensor, Tensor> f = Rebind.compiler().compile((Tensor x) -> x.mul(2f).add(1f).tanh(),
                CompileOptions.builder().name("device-loss").fullgraph(true).build());
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = i / (float) SIZE - 0.5f;
        }
        Tensor x = Tensor.of(values);
        Tensor read = f.apply(x);
        check("a call before", correct(read));
        say("it ran on " + backends(f));
        check("that is CUDA", backends(f).stream().allMatch(b -> b.startsWith("cuda")));
        Tensor unread = f.apply(x); // queued, and nothing of it on the host
        say("the driver after the broken kernel: " + CudaDirect.breakDevice());
        long start = System.nanoTime();
        boolean next = correct(f.apply(x));
        check(String.format(Locale.ROOT, "the next call, after %.0f ms", (System.nanoTime() - start) / 1e6), next);
        say("it ran on " + backends(f));
        boolean all = true;
        for (int i = 0; i < 100; i++) {
            all &= correct(f.apply(x));
        }
        check("100 calls more", all);
        check("a result that had been read", correct(read));
        try {
            check("a result that had not been read", correct(unread));
        } catch (RebindException e) {
            check("a result that had not been read is lost, and says so: " + e.getMessage(), true);
        }
        check("nothing runs on CUDA", backends(f).stream().noneMatch(b -> b.startsWith("cuda")));
    }

    private static List<String> backends(CompiledFunction1<Tensor, Tensor> f) {
        return f.entries().stream().map(e -> e.backend()).distinct().toList();
    }

    private static boolean correct(Tensor y) {
        float[] got = y.toFloatArray();
        for (int i = 0; i < SIZE; i += 1013) {
            double expected = Math.tanh((i / (float) SIZE - 0.5f) * 2f + 1f);
            if (!(Math.abs(got[i] - expected) < 1e-6)) {
                return false;
            }
        }
        return true;
    }

    private void check(String what, boolean holds) {
        right &= holds;
        say((holds ? "right: " : "WRONG: ") + what);
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
