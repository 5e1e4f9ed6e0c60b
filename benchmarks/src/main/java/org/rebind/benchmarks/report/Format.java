package org.rebind.benchmarks.report;

import java.util.Locale;

/** Numbers as people read them. */
final class Format {
    private Format() {
    }

    /** Three significant digits. */
    static String digits(double v) {
        if (Double.isNaN(v)) {
            return "-";
        }
        double size = Math.abs(v);
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", v);
    }

    /** A time in us, ms or ns, or a count. */
    static String value(double v, String unit) {
        double micros = unit.equals("ms") ? v * 1000 : v;
        if (unit.equals("objects")) {
            return digits(v);
        }
        if (Double.isNaN(v)) {
            return "-";
        }
        return micros < 1 ? digits(micros * 1000) + " ns" : micros < 1000 ? digits(micros) + " us" : micros < 1e6
                ? digits(micros / 1000) + " ms" : digits(micros / 1e6) + " s";
    }

    static String times(double ratio) {
        return Double.isNaN(ratio) ? "-" : digits(ratio) + "x";
    }

    static String bytes(double v) {
        return Double.isNaN(v) ? "-" : v < 10_000 ? String.format(Locale.ROOT, "%,.0f", v) : v < 1e6
                ? digits(v / 1024) + " Ki" : digits(v / (1024 * 1024)) + " Mi";
    }
}
