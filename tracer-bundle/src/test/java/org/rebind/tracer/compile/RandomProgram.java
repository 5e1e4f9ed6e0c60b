package org.rebind.tracer.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rebind.CompileOptions;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.Tensor;

/**
 * A random tensor program that says sizes by dims, so that it means something for every size of its inputs.
 *
 * @param axes for each input the letter of each axis: equal letters get equal sizes
 */
record RandomProgram(List<String> axes, List<Step> steps) {
    /** What a step does with its operands a and b. */
    enum Kind {
        ADD, MUL, MAXIMUM, SUB, TANH, RELU, NEG, ABS, EXP, SUM, SUM_KEEP, MAX, MEAN, MATMUL, TRANSPOSE, FLATTEN, SPLIT_LAST,
        EXPAND, BROADCAST, CONCAT, PAD, SLICE_TAIL, SLICE_HEAD, FLIP, ARANGE, CUMSUM, SOFTMAX, LAYER_NORM, WHERE, TAKE, STACK,
        SIZE, BRANCH, ARGMAX, TRIU, MERGE, VAR, SQUEEZE
    }

    record Step(Kind kind, int a, int b, int axis) {
    }

    static RandomProgram of(Random random) {
        List<String> axes = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            StringBuilder s = new StringBuilder();
            for (int r = random.nextInt(4); r > 0; r--) {
                s.append("abcd".charAt(random.nextInt(4)));
            }
            axes.add(s.toString());
        }
        RandomProgram program = new RandomProgram(axes, List.of());
        Object[] inputs = program.inputs(random, 0);
        int length = 2 + random.nextInt(8);
        for (int tries = 0; program.steps.size() < length && tries < 100; tries++) {
            List<Step> more = new ArrayList<>(program.steps);
            int known = axes.size() + more.size();
            more.add(new Step(Kind.values()[random.nextInt(Kind.values().length)], random.nextInt(known),
                    random.nextInt(known), random.nextInt(3)));
            RandomProgram longer = new RandomProgram(axes, more);
            if (longer.runs(inputs)) {
                program = longer;
            }
        }
        return program;
    }

    private boolean runs(Object[] inputs) {
        try {
            return run(inputs).stream().allMatch(t -> t.elementCount() < 4000);
        } catch (RebindException e) {
            return false;
        }
    }

    /** Marks axes at random; axes of one letter share a name or get names of their own. */
    CompileOptions dynamic(Random random, CompileOptions.Builder options) {
        for (int i = 0; i < axes.size(); i++) {
            for (int a = 0; a < axes.get(i).length(); a++) {
                if (random.nextInt(4) > 0) {
                    options.dynamicDim(i, a, random.nextInt(4) > 0 ? "" + axes.get(i).charAt(a) : "x" + i + a);
                }
            }
        }
        return options.build();
    }

    Object[] inputs(Random random, int call) {
        int[] sizes = new int[4];
        for (int i = 0; i < sizes.length; i++) {
            int[] choices = call == 0 ? new int[] {2, 3, 4, 3} : new int[] {0, 1, 2, 3, 5, 3};
            sizes[i] = choices[random.nextInt(choices.length)];
        }
        Object[] inputs = new Object[axes.size()];
        for (int i = 0; i < inputs.length; i++) {
            long[] shape = axes.get(i).chars().mapToLong(c -> sizes[c - 'a']).toArray();
            int n = 1;
            for (long s : shape) {
                n *= (int) s;
            }
            float[] values = new float[n];
            for (int k = 0; k < n; k++) {
                values[k] = random.nextInt(9) / 4f - 1;
            }
            inputs[i] = Tensor.of(values, shape);
        }
        return inputs;
    }

    /** All values the steps make. */
    List<Tensor> run(Object... inputs) {
        List<Tensor> values = new ArrayList<>();
        for (Object o : inputs) {
            values.add((Tensor) o);
        }
        List<Tensor> results = new ArrayList<>();
        for (Step s : steps) {
            Tensor r = apply(s, values.get(s.a), values.get(s.b));
            values.add(r);
            results.add(r);
        }
        return results;
    }

    private static Tensor apply(Step s, Tensor x, Tensor y) {
        int rank = x.rank();
        int axis = rank == 0 ? 0 : s.axis % rank;
        return switch (s.kind) {
            case ADD -> x.add(y);
            case MUL -> x.mul(y);
            case MAXIMUM -> x.maximum(y);
            case SUB -> x.sub(y);
            case TANH -> x.tanh();
            case RELU -> x.relu();
            case NEG -> x.neg();
            case ABS -> x.abs();
            case EXP -> x.minimum(3).exp();
            case SUM -> x.sum(axis);
            case SUM_KEEP -> x.sum(true, axis);
            case MAX -> x.max(true, axis);
            case MEAN -> x.mean(axis);
            case VAR -> x.var(axis);
            case MATMUL -> x.matmul(y);
            case TRANSPOSE -> x.transpose();
            case EXPAND -> x.expandDims(s.axis % (rank + 1));
            case SQUEEZE -> x.expandDims(0).squeeze(0);
            case FLIP -> x.flip(axis);
            case CUMSUM -> x.cumsum(axis);
            case SOFTMAX -> x.softmax(axis);
            case LAYER_NORM -> x.layerNorm(1e-3);
            case WHERE -> Tensor.where(x.gt(0), x, y);
            case ARGMAX -> x.argmax(axis, true).cast(DType.FLOAT32);
            case TRIU -> x.triu(s.axis - 1);
            default -> moved(s, x, y, axis);
        };
    }

    private static Tensor moved(Step s, Tensor x, Tensor y, int axis) {
        return switch (s.kind) {
            case FLATTEN -> x.reshape(Shape.of(x.shape().elements()));
            case SPLIT_LAST -> x.reshape(Shape.of(x.shape().elements(), Dim.of(1)));
            case MERGE -> x.reshape(Shape.of(x.dim(0).times(x.dim(1)), x.rank() > 2 ? x.dim(2) : Dim.of(1)));
            case BROADCAST -> x.broadcastTo(y.shape());
            case CONCAT -> Tensor.concatenate(axis, x, y);
            case STACK -> Tensor.stack(s.axis % (x.rank() + 1), x, y);
            case PAD -> padded(x, y, axis);
            case SLICE_TAIL -> x.slice(axis, Dim.of(1), x.dim(axis));
            case SLICE_HEAD -> x.slice(axis, Dim.of(0), x.dim(axis).minus(1));
            case ARANGE -> x.add(Tensor.arange(x.dim(-1), DType.FLOAT32));
            case TAKE -> x.take(y.cast(DType.INT32), axis);
            case SIZE -> x.mul(x.size(axis));
            case BRANCH -> x.size(axis) > 2 ? x.mul(2) : x.add(1);
            default -> throw new IllegalStateException("step " + s.kind);
        };
    }

    private static Tensor padded(Tensor x, Tensor y, int axis) {
        List<Dim> low = new ArrayList<>();
        List<Dim> high = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            low.add(i == axis && y.rank() > 0 ? y.dim(0) : Dim.of(0));
            high.add(Dim.of(i == axis ? 1 : 0));
        }
        return x.pad(low, high, 2);
    }
}
