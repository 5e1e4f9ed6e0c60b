package org.rebind.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.rebind.BackendStatus;
import org.rebind.CompilationStats;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction2;
import org.rebind.CompiledFunction4;
import org.rebind.Compiler;
import org.rebind.Rebind;
import org.rebind.Tensor;
import org.rebind.examples.DigitsModel.Params;
import org.rebind.examples.DigitsModel.State;

/**
 * Trains a digit classifier with every step compiled, then compares the compiled step with the eager one.
 *
 * <p>Arguments: {@code --backend NAME}, {@code --epochs N}, {@code --explain} (prints graph and kernels of the step).
 */
public final class Digits {
    private static final int BATCH = 64;
    private static final int TIMED_STEPS = 200;

    private final Compiler compiler = Rebind.compiler();
    private final CompiledFunction4<State, Tensor, Tensor, Tensor, State> step;
    private final CompiledFunction2<Params, Tensor, Tensor> classify;
    private final DigitsData train;
    private final DigitsData test;

    private Digits(String backend) {
        DigitsData all = DigitsData.load(1);
        int split = all.size() * 4 / 5;
        train = all.range(0, split);
        test = all.range(split, all.size());
        CompileOptions.Builder stepOptions = CompileOptions.builder().name("digits.step").fullgraph(true)
                .dynamicDim(1, 0, "batch").dynamicDim(2, 0, "batch");
        CompileOptions.Builder classifyOptions = CompileOptions.builder().name("digits.classify").fullgraph(true)
                .dynamicDim(1, 0, "batch");
        if (!backend.isEmpty()) {
            stepOptions.backend(backend);
            classifyOptions.backend(backend);
        }
        step = compiler.compile(DigitsModel::step, stepOptions.build());
        classify = compiler.compile(DigitsModel::classify, classifyOptions.build());
    }

    /** @param backend empty for the best */
    private record Options(String backend, int epochs, boolean explain) {
        static Options of(String[] args) {
            String backend = "";
            String epochs = "30";
            boolean explain = false;
            for (int i = 0; i < args.length; i++) {
                if (args[i].equals("--explain")) {
                    explain = true;
                } else if (args[i].equals("--backend") && i + 1 < args.length) {
                    backend = args[++i];
                } else if (args[i].equals("--epochs") && i + 1 < args.length) {
                    epochs = args[++i];
                } else {
                    throw new IllegalArgumentException("unknown option or no value: " + args[i]
                            + "; known are --backend NAME, --epochs N, --explain");
                }
            }
            if (!epochs.matches("[1-9][0-9]{0,5}")) {
                throw new IllegalArgumentException("--epochs: expected a whole number from 1 on, got " + epochs);
            }
            return new Options(there(backend), Integer.parseInt(epochs), explain);
        }

        /** A function would run on the best one instead, which is not what was asked for here. */
        private static String there(String backend) {
            List<String> names = Rebind.compiler().backends().stream().map(BackendStatus::name).toList();
            if (!backend.isEmpty() && !names.contains(backend)) {
                throw new IllegalArgumentException("--backend: no backend " + backend + " here; there are " + names
                        + ", declined " + Rebind.compiler().declinedBackends());
            }
            return backend;
        }
    }

    public static void main(String[] args) {
        Options options = null;
        try {
            options = Options.of(args);
        } catch (IllegalArgumentException e) {
            System.err.println("digits: " + e.getMessage());
            System.exit(2);
        }
        Digits digits = new Digits(options.backend);
        State trained = digits.train(options.epochs);
        if (options.explain) {
            System.out.println(digits.step.explain(trained, digits.train.range(0, BATCH).imageTensor(),
                    digits.train.range(0, BATCH).labelTensor(), Tensor.scalar(0.1f)));
        }
        digits.report(trained);
    }

    private State train(int epochs) {
        System.out.printf(Locale.ROOT, "digits: %d to train on, %d held out, backend %s%n", train.size(), test.size(),
                step.options().backend().orElse(compiler.backends().get(0).name()));
        State state = DigitsModel.start(2);
        for (int epoch = 1; epoch <= epochs; epoch++) {
            Tensor rate = Tensor.scalar((float) (0.2 * (1 - (epoch - 1.0) / epochs)));
            for (int from = 0; from < train.size(); from += BATCH) {
                DigitsData batch = train.range(from, Math.min(from + BATCH, train.size()));
                State before = state;
                state = step.apply(before, batch.imageTensor(), batch.labelTensor(), rate);
                before.release();
            }
            if (epoch == 1 || epoch % 5 == 0 || epoch == epochs) {
                System.out.printf(Locale.ROOT, "epoch %3d  loss %.4f  held-out accuracy %.3f%n", epoch,
                        state.loss().itemDouble(), accuracy(state.params()));
            }
        }
        return state;
    }

    /** Share of the held-out digits that are classified right, asked for in batches of growing size. */
    private double accuracy(Params params) {
        int right = 0;
        int size = 1;
        for (int from = 0; from < test.size(); from += size, size = Math.min(2 * size, 256)) {
            DigitsData batch = test.range(from, Math.min(from + size, test.size()));
            long[] found = classify.apply(params, batch.imageTensor()).toLongArray();
            for (int i = 0; i < found.length; i++) {
                right += found[i] == batch.labels()[i] ? 1 : 0;
            }
        }
        return (double) right / test.size();
    }

    private void report(State trained) {
        DigitsData batch = train.range(0, BATCH);
        Tensor x = batch.imageTensor();
        Tensor labels = batch.labelTensor();
        Tensor rate = Tensor.scalar(0.05f);
        double difference = Math.abs(step.apply(trained, x, labels, rate).loss().itemDouble()
                - DigitsModel.step(trained, x, labels, rate).loss().itemDouble());
        if (!(difference < 1e-4)) {
            throw new IllegalStateException("compiled and eager loss differ by " + difference);
        }
        double eager = medianMicros(() -> DigitsModel.step(trained, x, labels, rate));
        double compiled = medianMicros(() -> step.apply(trained, x, labels, rate));
        CompilationStats a = step.stats();
        CompilationStats b = classify.stats();
        System.out.printf(Locale.ROOT, "result example=digits accuracy=%.3f backend=%s eager_us=%.0f compiled_us=%.0f"
                + " hits=%d misses=%d fallbacks=%d%n", accuracy(trained.params()), step.entries().get(0).backend(), eager,
                compiled, a.hits() + b.hits(), a.misses() + b.misses(), a.fallbacks() + b.fallbacks());
    }

    /** Median time of a step until its results can be read, after as many steps of warm-up. */
    private static double medianMicros(Supplier<State> step) {
        double[] micros = new double[TIMED_STEPS];
        for (int i = -TIMED_STEPS; i < TIMED_STEPS; i++) {
            long start = System.nanoTime();
            State s = step.get();
            s.loss().itemDouble();
            s.params().w1().toFloatArray();
            s.release();
            if (i >= 0) {
                micros[i] = (System.nanoTime() - start) / 1e3;
            }
        }
        Arrays.sort(micros);
        return micros[TIMED_STEPS / 2];
    }
}
