package org.rebind.codegen.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Kind;

/** How many neighbours a thread of a GPU can take at a time in the loops of one kernel. */
final class Widths {
    /** Calls of elementary functions above which a kernel computes rather than waits for memory, and code size counts. */
    private static final int MOST_CALLS = 4;
    private static final int[] WIDTHS = {8, 4, 2};

    private final int bytes;
    private final Map<Expr.Var, Expr> known;

    /** @param bytes of the widest access @param known values of variables, to be added to as blocks are walked */
    Widths(int bytes, Map<Expr.Var, Expr> known) {
        this.bytes = bytes;
        this.known = known;
    }

    /** Elements a thread can take at a time in this loop, 1 if nothing is gained. */
    int of(Stmt.Loop l) {
        for (int width : WIDTHS) {
            if (bytes > 0 && fits(l, width)) {
                return width;
            }
        }
        return 1;
    }

    private boolean fits(Stmt.Loop l, int width) {
        Steps steps = new Steps(width, l.variable(), known);
        if (!steps.isMultiple(l.from()) || !isStraight(l.body()) || calls(l.body()) > MOST_CALLS) {
            return false;
        }
        define(steps, l.body());
        boolean[] wide = {touchesRow(l.body())};
        Map<Array, Expr> stored = new HashMap<>();
        for (Stmt s : l.body()) {
            if (s instanceof Stmt.Store st && st.array() instanceof Array.Buffer b) {
                if (!steps.isWide(st.index()) || b.dtype().byteSize() * width > bytes || stored.put(b, st.index()) != null) {
                    return false;
                }
                wide[0] = true;
            }
        }
        boolean[] fits = {true};
        Trees.visit(l.body(), e -> {
            if (e instanceof Expr.Load load && load.array() instanceof Array.Buffer b) {
                fits[0] &= !stored.containsKey(b) || stored.get(b).equals(load.index());
                if (load.guard() == null && steps.isWide(load.index())) {
                    fits[0] &= b.dtype().byteSize() * width <= bytes;
                    wide[0] = true;
                }
            }
        });
        return fits[0] && wide[0];
    }

    static void define(Steps steps, List<Stmt> body) {
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                steps.define(l.variable(), l.value());
            }
        }
    }

    /** Whether a body runs straight through, but for what an extreme replaces. */
    private static boolean isStraight(List<Stmt> body) {
        return body.stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Store || s instanceof Stmt.Assign
                || s instanceof Stmt.If i && i.body().stream().allMatch(x -> x instanceof Stmt.Assign));
    }

    private static int calls(List<Stmt> body) {
        int[] n = new int[1];
        Trees.visit(body, e -> {
            if (e instanceof Expr.Apply a && a.fn().isCostly()) {
                n[0] += a.type() == DType.FLOAT64 ? MOST_CALLS + 1 : a.fn() == Fn.POW || a.fn() == Fn.ATAN2 || a.fn() == Fn.REMAINDER
                        || a.fn() == Fn.SIN || a.fn() == Fn.COS || a.fn() == Fn.TAN ? 3 : 1;
            }
        });
        return n[0];
    }

    /** Whether statements use a row that threads keep. */
    static boolean touchesRow(List<Stmt> body) {
        boolean[] found = new boolean[1];
        Trees.visit(body, e -> found[0] |= e instanceof Expr.Load l && l.array() instanceof Array.Scratch);
        return found[0] || stores(body);
    }

    private static boolean stores(List<Stmt> body) {
        return body.stream().anyMatch(s -> s instanceof Stmt.Store st && st.array() instanceof Array.Scratch
                || stores(Trees.inside(s)));
    }

    /** The width that all loops over kept rows can have. */
    int common(List<Stmt> body) {
        int width = Integer.MAX_VALUE;
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                known.put(l.variable(), l.value());
            }
            boolean threads = s instanceof Stmt.Fold f && f.kind() == Kind.THREADS
                    || s instanceof Stmt.Loop l && l.kind() == Kind.THREADS;
            if (threads && touchesRow(List.of(s))) {
                Stmt.Loop l = s instanceof Stmt.Loop loop ? loop : loop((Stmt.Fold) s);
                int own = of(l);
                while (own > 1 && ((Expr.Size) l.to()).dim().value() % own != 0) {
                    own /= 2;
                }
                width = Math.min(width, own);
            } else {
                width = Math.min(width, common(Trees.inside(s)));
            }
        }
        return width;
    }

    private Stmt.Loop loop(Stmt.Fold f) {
        List<Stmt> serial = new Expansion(new Names()).serial(f, f.from(), f.to(), 1);
        return (Stmt.Loop) serial.get(serial.size() - 1);
    }
}
