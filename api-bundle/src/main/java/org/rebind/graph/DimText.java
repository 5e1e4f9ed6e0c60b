package org.rebind.graph;

import org.rebind.Dim;

/** Reads the text of a dim, as {@link Dim#toString} writes it: {@code 2*n + 1}, {@code floor((n)/(4)) - m}. */
final class DimText {
    private static final int DEEPEST = 100;

    private final String text;
    private int at;
    private int depth;

    DimText(String text) {
        this.text = text;
    }

    /** @throws GraphException if it is no dim */
    Dim parse() {
        Dim d = sum();
        if (at != text.length()) {
            throw malformed();
        }
        return d;
    }

    private GraphException malformed() {
        return new GraphException("graph in binary form: '" + text + "' is no dim, at character " + at);
    }

    private boolean skip(String expected) {
        boolean there = text.startsWith(expected, at);
        at += there ? expected.length() : 0;
        return there;
    }

    private Dim sum() {
        if (++depth > DEEPEST) {
            throw malformed();
        }
        Dim sum = skip("-") ? product(true) : product(false);
        while (true) {
            if (skip(" + ")) {
                sum = sum.plus(product(false));
            } else if (skip(" - ")) {
                sum = sum.plus(product(true));
            } else {
                depth--;
                return sum;
            }
        }
    }

    private Dim product(boolean negative) {
        Dim product = Dim.of(1);
        if (at < text.length() && Character.isDigit(text.charAt(at))) {
            int start = at;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            product = Dim.of(Long.parseLong((negative ? "-" : "") + text.substring(start, at)));
            if (!skip("*")) {
                return product;
            }
        } else if (negative) {
            product = Dim.of(-1);
        }
        do {
            product = product.times(atom());
        } while (skip("*"));
        return product;
    }

    private Dim atom() {
        if (skip("floor((")) {
            Dim numerator = sum();
            if (!skip(")/(")) {
                throw malformed();
            }
            Dim denominator = sum();
            if (!skip("))")) {
                throw malformed();
            }
            return numerator.floorDiv(denominator);
        }
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        if (start == at) {
            throw malformed();
        }
        return Dim.symbol(text.substring(start, at));
    }
}
