package org.rebind.codegen.ir;

import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;

/**
 * A typed, pure expression of the Kernel IR. Registers hold {@code float32}, {@code float64}, {@code int32},
 * {@code int64} or {@code bool}; half precision exists in memory only and is float32 here. Index arithmetic is int32.
 */
public sealed interface Expr {
    DType type();

    /** A number: a Double for floating types, a Long for integers and (0 or 1) bool. */
    record Const(Number value, DType type) implements Expr {
    }

    /** A local variable, loop variable or accumulator, by its name, which is unique in a kernel. */
    record Var(String name, DType type) implements Expr {
    }

    /** A size known when the kernel is launched; a literal if fixed, else one of the kernel's int parameters. */
    record Size(Dim dim) implements Expr {
        @Override
        public DType type() {
            return DType.INT32;
        }
    }

    /**
     * An element of an array.
     *
     * @param guard a bool expression, or null: where it is false nothing is read and the value is {@code otherwise}
     * @param otherwise a constant of the same type; null without a guard
     */
    record Load(Array array, Expr index, DType type, Expr guard, Expr otherwise) implements Expr {
        public Load(Array array, Expr index, DType type) {
            this(array, index, type, null, null);
        }
    }

    /** A function of operands. */
    record Apply(Fn fn, List<Expr> args, DType type) implements Expr {
        public Apply {
            args = List.copyOf(args);
        }
    }

    static Expr constant(double value, DType type) {
        return new Const(value, type);
    }

    static Expr integer(long value) {
        return new Const(value, DType.INT32);
    }

    static Expr apply(Fn fn, DType type, Expr... args) {
        return new Apply(fn, List.of(args), type);
    }
}
