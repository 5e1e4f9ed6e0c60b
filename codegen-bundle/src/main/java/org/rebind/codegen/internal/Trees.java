package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;

/** Walks over the Kernel IR. */
final class Trees {
    private Trees() {
    }

    /** The expressions a statement itself holds, not those of statements inside. */
    static List<Expr> expressions(Stmt s) {
        List<Expr> r = new ArrayList<>();
        if (s instanceof Stmt.Let l) {
            r.add(l.value());
        } else if (s instanceof Stmt.Mutable m) {
            r.add(m.initial());
        } else if (s instanceof Stmt.Assign a) {
            r.add(a.value());
        } else if (s instanceof Stmt.Store st) {
            r.add(st.index());
            r.add(st.value());
        } else if (s instanceof Stmt.Loop l) {
            r.add(l.from());
            r.add(l.to());
        } else if (s instanceof Stmt.Fold f) {
            r.add(f.from());
            r.add(f.to());
        } else if (s instanceof Stmt.If i) {
            r.add(i.condition());
        } else if (s instanceof Stmt.WideLoad w) {
            r.add(w.at());
        } else if (s instanceof Stmt.WideStore w) {
            r.add(w.at());
        } else if (s instanceof Stmt.Transposed t) {
            r.addAll(List.of(t.place(), t.first(), t.step()));
        }
        return r;
    }

    static List<Stmt> inside(Stmt s) {
        return s instanceof Stmt.Loop l ? l.body() : s instanceof Stmt.Fold f ? f.body() : s instanceof Stmt.If i ? i.body()
                : List.of();
    }

    /** Visits every expression in these statements, outermost first. */
    static void visit(List<Stmt> body, Consumer<Expr> visitor) {
        for (Stmt s : body) {
            expressions(s).forEach(e -> visit(e, visitor));
            visit(inside(s), visitor);
            if (s instanceof Stmt.Fold f) {
                f.accumulators().forEach(a -> visit(a.value(), visitor));
            }
        }
    }

    static void visit(Expr e, Consumer<Expr> visitor) {
        visitor.accept(e);
        children(e).forEach(c -> visit(c, visitor));
    }

    static List<Expr> children(Expr e) {
        if (e instanceof Expr.Apply a) {
            return a.args();
        }
        if (e instanceof Expr.Load l) {
            return l.guard() == null ? List.of(l.index()) : List.of(l.index(), l.guard(), l.otherwise());
        }
        return List.of();
    }

    /** Adds the arrays that these statements, and those inside, store to. */
    static void written(List<Stmt> body, Set<Array> arrays) {
        for (Stmt s : body) {
            if (s instanceof Stmt.Store st) {
                arrays.add(st.array());
            } else if (s instanceof Stmt.Transposed t) {
                arrays.add(t.to());
            } else if (s instanceof Stmt.WideStore w) {
                arrays.add(w.to());
            }
            written(inside(s), arrays);
        }
    }

    /** The expression with its children replaced. */
    static Expr map(Expr e, Function<Expr, Expr> f) {
        if (e instanceof Expr.Apply a) {
            return new Expr.Apply(a.fn(), a.args().stream().map(f).toList(), a.type());
        }
        if (e instanceof Expr.Load l) {
            return new Expr.Load(l.array(), f.apply(l.index()), l.type(), l.guard() == null ? null : f.apply(l.guard()),
                    l.otherwise());
        }
        return e;
    }

    /** Statements with their expressions replaced, those of statements inside too. Variables of lets and loops stay. */
    static List<Stmt> map(List<Stmt> body, Function<Expr, Expr> f) {
        return body.stream().map(s -> map(s, f)).toList();
    }

    private static Stmt map(Stmt s, Function<Expr, Expr> f) {
        if (s instanceof Stmt.Let l) {
            return new Stmt.Let(l.variable(), f.apply(l.value()));
        } else if (s instanceof Stmt.Mutable m) {
            return new Stmt.Mutable(m.variable(), f.apply(m.initial()));
        } else if (s instanceof Stmt.Assign a) {
            return new Stmt.Assign(a.variable(), f.apply(a.value()));
        } else if (s instanceof Stmt.Store st) {
            return new Stmt.Store(st.array(), f.apply(st.index()), f.apply(st.value()));
        } else if (s instanceof Stmt.If i) {
            return new Stmt.If(f.apply(i.condition()), map(i.body(), f));
        } else if (s instanceof Stmt.Loop l) {
            return new Stmt.Loop(l.variable(), f.apply(l.from()), f.apply(l.to()), l.step(), l.kind(), map(l.body(), f));
        } else if (s instanceof Stmt.WideLoad w) {
            return new Stmt.WideLoad(w.lanes(), w.from(), f.apply(w.at()));
        } else if (s instanceof Stmt.WideStore w) {
            return new Stmt.WideStore(w.to(), f.apply(w.at()), w.lanes());
        } else if (s instanceof Stmt.Transposed t) {
            return new Stmt.Transposed(t.to(), f.apply(t.place()), t.width(), (Expr.Load) f.apply(t.first()), f.apply(t.step()),
                    t.side());
        }
        return s;
    }

    /** How long an expression reads; an index counts nothing. */
    static int size(Expr e) {
        if (e instanceof Expr.Load l) {
            return l.guard() == null ? 1 : 2 + size(l.guard());
        }
        int n = 1;
        for (Expr c : children(e)) {
            n += size(c);
        }
        return n;
    }
}
