package org.rebind.codegen.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.Dim;
import org.rebind.codegen.ir.Expr;

/**
 * How index expressions change along one loop whose iterations come in blocks of neighbours: which follow it one by one
 * from a multiple of the block's length, and which stay the same within a block.
 */
final class Steps {
    /**
     * An expression's value in the lane'th iteration of a block: {@code base + step * lane}.
     *
     * @param multiple divides the base of every block; 0 if the base is 0
     */
    record Step(long step, long multiple) {
        static final Step CONSTANT = new Step(0, 1);
    }

    private final int width;
    private final Expr.Var loop;
    /** Variables of the loop's body; null where neither holds. */
    private final Map<Expr.Var, Step> inside = new HashMap<>();
    private final Map<Expr.Var, Expr> outside;

    /** @param outside values of variables that do not change in the loop, as far as known */
    Steps(int width, Expr.Var loop, Map<Expr.Var, Expr> outside) {
        this.width = width;
        this.loop = loop;
        this.outside = outside;
    }

    /** States the value of a variable of the loop's body. */
    void define(Expr.Var v, Expr value) {
        inside.put(v, of(value));
    }

    /** Whether iterations of a block index neighbouring elements, the first of them at a multiple of the block's length. */
    boolean isWide(Expr index) {
        Step s = of(index);
        return s != null && s.step == 1 && s.multiple % width == 0;
    }

    boolean isMultiple(Expr e) {
        Step s = of(e);
        return s != null && s.step == 0 && s.multiple % width == 0;
    }

    boolean isConstant(Expr e) {
        Step s = of(e);
        return s != null && s.step == 0;
    }

    private Step of(Expr e) {
        if (e.equals(loop)) {
            return new Step(1, width);
        }
        if (e instanceof Expr.Var v) {
            Expr value = outside.get(v);
            return inside.containsKey(v) ? inside.get(v) : value == null ? Step.CONSTANT : of(value);
        }
        if (e instanceof Expr.Const c) {
            return new Step(0, c.type().isFloating() ? 1 : Math.abs(c.value().longValue()));
        }
        if (e instanceof Expr.Size s) {
            return new Step(0, multiple(s.dim()));
        }
        List<Expr> operands = Trees.children(e);
        if (e instanceof Expr.Load) {
            return operands.stream().allMatch(this::isConstant) ? Step.CONSTANT : null;
        }
        return operation((Expr.Apply) e);
    }

    private long multiple(Dim d) {
        if (d.isFixed()) {
            return Math.abs(d.value());
        }
        return d.divideExactly(Dim.of(width)).isPresent() ? width : 1;
    }

    private Step operation(Expr.Apply a) {
        Step x = of(a.args().get(0));
        Step y = a.args().size() < 2 ? Step.CONSTANT : of(a.args().get(1));
        if (x == null || y == null) {
            return null;
        }
        boolean constant = a.args().stream().allMatch(this::isConstant);
        return switch (a.fn()) {
            case ADD -> new Step(x.step + y.step, gcd(x.multiple, y.multiple));
            case SUBTRACT -> new Step(x.step - y.step, gcd(x.multiple, y.multiple));
            case MULTIPLY -> constant ? new Step(0, x.multiple * y.multiple) : null;
            case INDEX_MIN, INDEX_MAX -> constant ? new Step(0, gcd(x.multiple, y.multiple)) : null;
            case INDEX_REMAINDER -> blocks(x, y) ? new Step(x.step, gcd(x.multiple, y.multiple)) : constant ? Step.CONSTANT : null;
            case INDEX_DIVIDE -> blocks(x, y) || constant ? Step.CONSTANT : null;
            default -> constant ? Step.CONSTANT : null;
        };
    }

    /** Whether no block of x reaches over a multiple of y. */
    private boolean blocks(Step x, Step y) {
        return y.step == 0 && y.multiple % width == 0 && (x.step == 1 && x.multiple % width == 0
                || x.step == 0);
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
