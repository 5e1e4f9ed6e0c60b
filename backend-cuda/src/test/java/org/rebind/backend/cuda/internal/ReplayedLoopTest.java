package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.junit.jupiter.api.Test;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.Tensor;

/** A training loop by the public API whose steps release what they no longer need comes by the same memory, and is replayed. */
class ReplayedLoopTest {
    private static final int STEPS = 60;

    /** Weights and what they are moved by, as of a step of gradient descent with momentum. */
    record State(Tensor w, Tensor v, Tensor loss) {
        void release() {
            w.release();
            v.release();
            loss.release();
        }
    }

    private static State step(State s, Tensor x) {
        Tensor h = x.matmul(s.w()).tanh();
        Tensor gradient = x.transpose().matmul(h);
        Tensor v = s.v().mul(0.9f).sub(gradient.mul(0.01f));
        return new State(s.w().add(v), v, h.square().mean());
    }

    @Test
    void mostStepsAreReplays() {
        assumeFalse(EmulatedProvider.hasRealDevice(), "the driver's calls are counted on the emulated one");
        EmulatedGpu.orSkip();
        Compiler compiler = Rebind.compiler();
        CompiledFunction2<State, Tensor, State> f = compiler.compile(ReplayedLoopTest::step,
                CompileOptions.builder().name("loop").fullgraph(true).backend("cuda").build());
        Tensor x = Tensor.arange(0, 48, 1, DType.FLOAT32).div(48).reshape(6, 8);
        State start = new State(Tensor.full(0.1, DType.FLOAT32, 8, 5), Tensor.zeros(DType.FLOAT32, 8, 5), Tensor.scalar(0f));
        State s = f.apply(start, x);
        s.loss().itemDouble();
        int before = EmulatedProvider.DRIVERS.stream().mapToInt(d -> d.replays).sum();
        State expected = step(start, x);
        for (int i = 0; i < STEPS; i++) {
            State old = s;
            s = f.apply(old, x);
            old.release();
            expected = step(expected, x);
        }
        int replays = EmulatedProvider.DRIVERS.stream().mapToInt(d -> d.replays).sum() - before;
        assertEquals(expected.loss().itemDouble(), s.loss().itemDouble(), 1e-5);
        assertEquals("cuda", f.entries().get(0).backend());
        assertTrue(replays >= STEPS / 2, "replays of " + STEPS + " steps: " + replays);
    }
}
