package org.rebind.codegen.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.rebind.DType;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;

/**
 * Prints the combination of what the threads of a group have: by shuffles within warps and shared memory between them
 * where the dialect has a shuffle, else by a tree in shared memory.
 */
final class GroupWriter {
    private static final int GROUP = StatementWriter.GROUP;
    private static final int WARP = 32;

    private final StatementWriter w;
    private final boolean shuffles;
    /** Shared arrays by element type, to declare at the top of the function. */
    private final Map<DType, String> shared = new LinkedHashMap<>();
    private String places;
    private final String bit;
    private final String other;
    private final String otherPlace;

    GroupWriter(StatementWriter w) {
        this.w = w;
        this.bit = w.names.fresh("bit");
        this.other = w.names.fresh("other");
        this.otherPlace = w.names.fresh("otherPlace");
        this.shuffles = w.dialect.functions().containsKey("SHUFFLE");
    }

    String declarations() {
        String length = "[" + (shuffles ? GROUP / WARP : GROUP) + "];\n";
        StringBuilder s = new StringBuilder();
        shared.forEach((type, name) -> s.append("    ").append(w.dialect.word("local")).append(w.dialect.types().get(type))
                .append(' ').append(name).append(length));
        if (places != null) {
            s.append("    ").append(w.dialect.word("local")).append("int ").append(places).append(length);
        }
        return s.toString();
    }

    void combine(Accumulator a) {
        boolean arg = Expansion.isArg(a);
        String values = shared.computeIfAbsent(arg ? a.extreme().type() : a.variable().type(),
                t -> w.names.fresh("shared_" + t));
        places = arg && places == null ? w.names.fresh("shared_places") : places;
        if (shuffles) {
            warps(a, arg, values);
        } else {
            tree(a, arg, values);
        }
    }

    private void open(String text) {
        w.line(text + " {");
        w.indent++;
    }

    private void close() {
        w.indent--;
        w.line("}");
    }

    private void barrier() {
        w.line(w.dialect.word("barrier") + ";");
    }

    private void warps(Accumulator a, boolean arg, String values) {
        String mine = arg ? a.extreme().name() : a.variable().name();
        butterfly(a, arg, WARP / 2);
        if (arg) {
            open("if (thread % " + WARP + " == 0)");
            w.line(values + "[thread / " + WARP + "] = " + mine + ";");
            w.line(places + "[thread / " + WARP + "] = " + a.variable().name() + ";");
            close();
        } else {
            open("if (thread % " + WARP + " == 0)");
            w.line(values + "[thread / " + WARP + "] = " + mine + ";");
            close();
        }
        barrier();
        w.line(mine + " = " + values + "[thread % " + GROUP / WARP + "];");
        if (arg) {
            w.line(a.variable().name() + " = " + places + "[thread % " + GROUP / WARP + "];");
        }
        butterfly(a, arg, GROUP / WARP / 2);
        barrier();
    }

    /** Each thread combines with the one whose number differs in one bit, for all bits up to this one. */
    private void butterfly(Accumulator a, boolean arg, int most) {
        open("for (int " + bit + " = " + most + "; " + bit + " > 0; " + bit + " /= 2)");
        if (!arg) {
            Expr.Var theirs = new Expr.Var(shuffled(a.variable()), a.variable().type());
            if (theirs.type().isBool()) { // && and || would leave a shuffle out that the other threads wait at
                w.line(w.dialect.types().get(theirs.type()) + " " + other + " = " + theirs.name() + ";");
                theirs = new Expr.Var(other, theirs.type());
            }
            w.line(w.assign(new Stmt.Assign(a.variable(), Combining.combine(a.combine(), a.variable(), theirs))));
        } else {
            Expr.Var theirs = new Expr.Var(other, a.extreme().type());
            Expr.Var place = new Expr.Var(otherPlace, DType.INT32);
            w.line(w.dialect.types().get(theirs.type()) + " " + other + " = " + shuffled(a.extreme()) + ";");
            w.line("int " + place.name() + " = " + shuffled(a.variable()) + ";");
            open("if (" + w.expressions.print(before(a, theirs, place, a.extreme(), a.variable())) + ")");
            w.line(a.extreme().name() + " = " + other + ";");
            w.line(a.variable().name() + " = " + place.name() + ";");
            close();
        }
        close();
    }

    private String shuffled(Expr.Var v) {
        return w.dialect.functions().get("SHUFFLE").replace("$1", v.name()).replace("$2", bit);
    }

    private void tree(Accumulator a, boolean arg, String values) {
        Expr.Var v = a.variable();
        DType type = arg ? a.extreme().type() : v.type();
        w.line(values + "[thread] = " + (arg ? a.extreme().name() : v.name()) + ";");
        if (arg) {
            w.line(places + "[thread] = " + v.name() + ";");
        }
        barrier();
        open("for (int stride = " + GROUP / 2 + "; stride > 0; stride /= 2)");
        open("if (thread < stride)");
        Expr.Var mine = new Expr.Var(values + "[thread]", type);
        Expr.Var other = new Expr.Var(values + "[thread + stride]", type);
        if (arg) {
            Expr.Var place = new Expr.Var(places + "[thread]", DType.INT32);
            Expr.Var otherPlace = new Expr.Var(places + "[thread + stride]", DType.INT32);
            open("if (" + w.expressions.print(before(a, other, otherPlace, mine, place)) + ")");
            w.line(mine.name() + " = " + other.name() + ";");
            w.line(place.name() + " = " + otherPlace.name() + ";");
            close();
        } else {
            w.line(w.assign(new Stmt.Assign(mine, Combining.combine(a.combine(), mine, other))));
        }
        close();
        barrier();
        close();
        w.line(v.name() + " = " + (arg ? places : values) + "[0];");
        barrier();
    }

    /** Whether the other thread's extreme comes first: it is better, or as good and further ahead. */
    private static Expr before(Accumulator a, Expr other, Expr otherPlace, Expr mine, Expr place) {
        DType b = DType.BOOL;
        Expr same = Expr.apply(Fn.EQUAL, b, other, mine);
        if (other.type().isFloating()) {
            same = Expr.apply(Fn.LOGICAL_OR, b, same, Expr.apply(Fn.LOGICAL_AND, b, Expr.apply(Fn.ISNAN, b, other),
                    Expr.apply(Fn.ISNAN, b, mine)));
        }
        return Expr.apply(Fn.LOGICAL_OR, b, Combining.better(a.combine(), other, mine),
                Expr.apply(Fn.LOGICAL_AND, b, same, Expr.apply(Fn.LESS, b, otherPlace, place)));
    }
}
