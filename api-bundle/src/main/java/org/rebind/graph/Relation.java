package org.rebind.graph;

/** How two dims compare. */
public enum Relation {
    EQ("=="), NE("!="), LE("<="), LT("<");

    private final String symbol;

    Relation(String symbol) {
        this.symbol = symbol;
    }

    public boolean test(long left, long right) {
        return switch (this) {
            case EQ -> left == right;
            case NE -> left != right;
            case LE -> left <= right;
            case LT -> left < right;
        };
    }

    /** The relation that holds exactly when this one does not, with its operands swapped for LE and LT. */
    public Relation negated() {
        return switch (this) {
            case EQ -> NE;
            case NE -> EQ;
            case LE -> LT; // !(a <= b) is b < a
            case LT -> LE; // !(a < b) is b <= a
        };
    }

    /** The operator, for instance {@code ==}. */
    @Override
    public String toString() {
        return symbol;
    }
}
