package org.rebind.codegen.internal;

import java.util.List;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;

/** Where a kernel finds values it does not compute from other values. */
interface Memory {
    /** The buffer that holds a value before the kernel runs, or null if the kernel computes the value. */
    Array.Buffer buffer(int value);

    /** A value that exists already here, for instance in an accumulator; null if it has to be computed. */
    Expr existing(int value, List<Affine> index);

    /** Whether quotients by this value may be products with its reciprocal, a little less exact, where it divides many. */
    boolean dividesByReciprocal(int value);

    /** Told of every value computed, in the block where it was. */
    void computed(int value, List<Affine> index, Expr e);
}
