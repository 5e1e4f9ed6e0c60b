package org.rebind.backend.aparapi.internal;

/**
 * Printer of the register-blocked kernels: R rows by two vectors of accumulators stay in registers while the depth is
 * walked, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.
 */
final class GemmSource {
    private final String scalar;
    private final String vector;
    private final int rows;

    GemmSource(boolean single, int rows) {
        this.scalar = single ? "float" : "double";
        this.vector = single ? "FloatVector" : "DoubleVector";
        this.rows = rows;
    }

    static String className(boolean single) {
        return "rebind.generated." + (single ? "FloatGemm" : "DoubleGemm");
    }

    String print() {
        StringBuilder s = new StringBuilder("package rebind.generated;\n\nimport jdk.incubator.vector.*;\n\n");
        s.append("public final class ").append(scalar.equals("float") ? "FloatGemm" : "DoubleGemm").append(" implements ")
                .append(GemmKernels.class.getName()).append(" {\n    static final VectorSpecies S = ").append(vector)
                .append(".SPECIES_PREFERRED;\n    static final int L = S.length();\n\n")
                .append("    public int rows() {\n        return ").append(rows)
                .append(";\n    }\n\n    public int width() {\n        return 2 * L;\n    }\n\n");
        dispatch(s);
        for (int r = 1; r <= rows; r++) {
            block(s, r, false);
        }
        block(s, rows, true);
        return s.append("}\n").toString();
    }

    private void dispatch(StringBuilder s) {
        s.append("    public void block(Object a, int at, int rs, int ks, Object b, int bt, int depth, Object c, int ct, int ld, "
                + "int rows, boolean add) {\n        switch (rows) {\n");
        for (int r = 1; r <= rows; r++) {
            String arrays = "((" + scalar + "[]) a, at, rs, ks, (" + scalar + "[]) b, bt, depth, (" + scalar + "[]) c, ct, ld, add);";
            s.append("            case ").append(r).append(": ").append(r == rows ? "if (ks == 1) whole" + arrays + " else " : "")
                    .append("block").append(r).append(arrays).append(" break;\n");
        }
        s.append("            default: throw new IllegalArgumentException(\"rows \" + rows);\n        }\n    }\n");
    }

    /** @param inOrder for rows whose elements are neighbours: C2 then checks bounds once, not at each element */
    private void block(StringBuilder s, int r, boolean inOrder) {
        s.append("\n    static void ").append(inOrder ? "whole" : "block" + r).append("(").append(scalar).append("[] a, int at, int rs, int ks, ")
                .append(scalar).append("[] b, int bt, int depth, ").append(scalar)
                .append("[] c, int ct, int ld, boolean add) {\n");
        for (int i = 0; i < r; i++) {
            s.append("        ").append(vector).append(" x").append(i).append(" = ").append(vector).append(".zero(S), y")
                    .append(i).append(" = x").append(i).append(";\n");
        }
        for (int i = 0; i < r && inOrder; i++) {
            s.append("        int r").append(i).append(" = at + ").append(i).append(" * rs;\n");
        }
        String next = inOrder ? "bt + 2 * L * p" : "bt";
        s.append("        for (int p = 0; p < depth; p++) {\n            ").append(vector).append(" b0 = ").append(vector)
                .append(".fromArray(S, b, ").append(next).append("), b1 = ").append(vector).append(".fromArray(S, b, ").append(next)
                .append(" + L);\n");
        for (int i = 0; i < r; i++) {
            String element = inOrder ? "r" + i + " + p" : i == 0 ? "at" : "at + " + i + " * rs";
            s.append("            ").append(vector).append(" a").append(i).append(" = ").append(vector)
                    .append(".broadcast(S, a[").append(element).append("]);\n")
                    .append("            x").append(i).append(" = a").append(i).append(".fma(b0, x").append(i)
                    .append(");\n            y").append(i).append(" = a").append(i).append(".fma(b1, y").append(i)
                    .append(");\n");
        }
        s.append(inOrder ? "" : "            at += ks;\n            bt += 2 * L;\n").append("        }\n        if (add) {\n");
        for (int i = 0; i < r; i++) {
            String at = "c, ct + " + i + " * ld";
            s.append("            x").append(i).append(" = x").append(i).append(".add(").append(vector)
                    .append(".fromArray(S, ").append(at).append("));\n            y").append(i).append(" = y").append(i)
                    .append(".add(").append(vector).append(".fromArray(S, ").append(at).append(" + L));\n");
        }
        s.append("        }\n");
        for (int i = 0; i < r; i++) {
            String at = "(c, ct + " + i + " * ld";
            s.append("        x").append(i).append(".intoArray").append(at).append(");\n        y").append(i)
                    .append(".intoArray").append(at).append(" + L);\n");
        }
        s.append("    }\n");
    }
}
