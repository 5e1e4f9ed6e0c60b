package org.rebind.codegen.internal;

import org.rebind.graph.*;

/** What computing a value again would cost, counted down to what is stored anyway. */
final class Costs {
    /** At least this much: better stored than computed twice. */
    static final int COSTLY = 8;
    private static final int CAP = 1 << 20;

    private final int[] cone;

    Costs(Graph g) {
        cone = new int[g.valueCount()];
        for (int v = g.params().size(); v < cone.length; v++) {
            Op op = g.node(v).op();
            int sum = own(op);
            if (!isBarrier(op)) {
                for (int i : g.node(v).inputs()) {
                    sum = Math.min(CAP, sum + cone[i]);
                }
            }
            cone[v] = sum;
        }
    }

    /** Operations of a value and all it is computed from; 0 for parameters, views and what is stored. */
    int of(int value) {
        return cone[value];
    }

    boolean costly(int value) {
        return cone[value] >= COSTLY;
    }

    /** Whether an op always starts from stored operands or ends in a stored result. */
    static boolean isBarrier(Op op) {
        return op instanceof Reduce || op instanceof ArgReduce || op instanceof CumSum || op instanceof ScatterAdd
                || op instanceof Matmul;
    }

    static boolean isMovement(Op op) {
        return op instanceof Reshape || op instanceof Permute || op instanceof Flip || op instanceof BroadcastTo
                || op instanceof Slice || op instanceof Pad || op instanceof Concatenate || op instanceof Take
                || op instanceof Full || op instanceof Iota;
    }

    /** Operations of an op itself, 0 of views. */
    static int own(Op op) {
        if (op instanceof Unary u) {
            return switch (u) {
                case NEGATIVE, ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC, ISNAN, LOGICAL_NOT -> 1;
                case SQRT -> 4;
                default -> COSTLY;
            };
        }
        if (op instanceof Binary b) {
            return switch (b) {
                case POW, ATAN2, REMAINDER, FLOOR_DIVIDE -> COSTLY;
                case DIVIDE -> 3;
                default -> 1;
            };
        }
        if (op instanceof Pad || op instanceof Concatenate || op instanceof Take) {
            return 2;
        }
        return isMovement(op) ? 0 : 1;
    }
}
