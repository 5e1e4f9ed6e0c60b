package org.rebind.codegen.internal.math;

import java.util.List;

/** An expression of an elementary function. */
sealed interface Expr {
    /** What a value is: a floating number, an integer of the same width, or a truth value. */
    enum Type { FLOATING, INTEGER, TRUTH }

    Type type();

    /** A number as it is printed, without suffix. */
    record Literal(String text, Type type) implements Expr {
        Literal negated() {
            return new Literal(text.startsWith("-") ? text.substring(1) : "-" + text, type);
        }
    }

    /** A parameter or an earlier statement. */
    record Variable(String name, Type type) implements Expr {
    }

    /** An operator or built-in function; {@code name} is the operator itself, {@code neg}, {@code !}, {@code select} and so on. */
    record Apply(String name, List<Expr> operands, Type type) implements Expr {
        Expr operand(int i) {
            return operands.get(i);
        }
    }

    /** A call of another function of the library. */
    record Call(String function, List<Expr> operands) implements Expr {
        @Override
        public Type type() {
            return Type.FLOATING;
        }
    }

    /**
     * {@code usual} where the condition holds, {@code general} elsewhere. Vectors take {@code general} for all lanes unless the
     * condition holds for all, so it has to be right for every lane, bit for bit {@code usual} where the condition holds.
     */
    record Usually(Expr condition, Expr usual, Expr general) implements Expr {
        @Override
        public Type type() {
            return Type.FLOATING;
        }
    }

    /** {@code usual}, but the scalar function's value where the condition holds. */
    record Slow(Expr condition, Expr usual, String function, List<Expr> operands) implements Expr {
        @Override
        public Type type() {
            return Type.FLOATING;
        }
    }
}
