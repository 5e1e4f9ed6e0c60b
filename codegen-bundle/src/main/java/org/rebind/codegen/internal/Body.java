package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;

/**
 * A kernel's body while it is built: a stack of open blocks. A let goes to the outermost block that knows the variables
 * it uses, so what does not change in a loop is computed outside; equal lets are made once.
 */
final class Body {
    /** One open block. */
    private static final class Frame {
        final List<Stmt> statements = new ArrayList<>();
        final Map<Expr, Expr.Var> known = new HashMap<>();
        final Set<Expr.Var> variables = new HashSet<>();
    }

    private final List<Frame> frames = new ArrayList<>();
    private final Names names;

    Body(Names names) {
        this.names = names;
        frames.add(new Frame());
    }

    Names names() {
        return names;
    }

    /** Opens a block in which {@code variable} (of a loop) is known. */
    void open(Expr.Var... variables) {
        Frame f = new Frame();
        f.variables.addAll(List.of(variables));
        frames.add(f);
    }

    /** Closes the innermost block and gives its statements. */
    List<Stmt> close() {
        return frames.remove(frames.size() - 1).statements;
    }

    int depth() {
        return frames.size() - 1;
    }

    /** Puts a statement at the end of the innermost block. */
    void add(Stmt s) {
        top().statements.add(s);
    }

    /** Makes a variable known in the innermost block, for instance an accumulator. */
    void define(Expr.Var v) {
        top().variables.add(v);
    }

    private Frame top() {
        return frames.get(frames.size() - 1);
    }

    /** A variable that holds this value, in the outermost block where it can be computed. */
    Expr.Var let(String name, Expr value) {
        int depth = depth(value);
        for (int i = depth; i < frames.size(); i++) {
            Expr.Var known = frames.get(i).known.get(value);
            if (known != null) {
                return known;
            }
        }
        Expr.Var v = new Expr.Var(names.fresh(name), register(value.type()));
        Frame f = frames.get(depth);
        f.statements.add(new Stmt.Let(v, value));
        f.known.put(value, v);
        f.variables.add(v);
        return v;
    }

    /** Number of the innermost block whose variables the expression uses; 0 if it uses none. */
    int depth(Expr e) {
        if (e instanceof Expr.Var v) {
            for (int i = frames.size() - 1; i >= 0; i--) {
                if (frames.get(i).variables.contains(v)) {
                    return i;
                }
            }
            throw new IllegalStateException("variable " + v.name() + " is not in scope");
        }
        if (e instanceof Expr.Load l) {
            int depth = l.array() instanceof org.rebind.codegen.ir.Array.Scratch ? frames.size() - 1 : depth(l.index());
            return l.guard() == null ? depth : Math.max(depth, depth(l.guard()));
        }
        int depth = 0;
        if (e instanceof Expr.Apply a) {
            for (Expr x : a.args()) {
                depth = Math.max(depth, depth(x));
            }
        }
        return depth;
    }

    /** The type a value of this dtype has in a register. */
    static DType register(DType d) {
        return d == DType.FLOAT16 || d == DType.BFLOAT16 ? DType.FLOAT32 : d;
    }
}
