package org.rebind.tracer.internal.tensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.rebind.DType;
import org.rebind.TensorType;
import org.rebind.backend.HostBuffer;
import org.rebind.tracer.internal.interpret.Halves;

/**
 * Text of tensors in the manner of NumPy's repr: aligned columns, the shortest digits that tell the elements apart (at
 * most 8), more than 1000 elements abridged to 3 at each edge.
 */
final class ArrayPrinter {
    private static final int THRESHOLD = 1000;
    private static final int EDGE = 3;
    private static final int DIGITS = 8;
    private static final int LINE = 100;

    private final HostBuffer host;
    private final long[] sizes;
    private final boolean abridged;
    private final List<String> cells;
    private int next;

    private ArrayPrinter(TensorType type, HostBuffer host) {
        this.host = host;
        this.sizes = type.shape().sizes();
        this.abridged = host.elementCount() > THRESHOLD;
        List<Integer> shown = new ArrayList<>();
        collect(0, 0, shown);
        this.cells = host.dtype().isFloating() ? reals(shown) : wholes(shown);
    }

    /** For instance {@code tensor([[1., 2.], [3., 4.]], dtype=float32)}. */
    static String print(TensorType type, HostBuffer host) {
        StringBuilder s = new StringBuilder("tensor(");
        if (host.elementCount() > 0) {
            new ArrayPrinter(type, host).axis(s, 0);
        } else {
            s.append("[]").append(type.shape().rank() > 1 ? ", shape=" + type.shape() : "");
        }
        return s.append(", dtype=").append(type.dtype()).append(')').toString();
    }

    /** Indices along an axis that are shown; -1 stands for the dots. */
    private int[] indices(int axis) {
        int n = (int) sizes[axis];
        return !abridged || n <= 2 * EDGE ? IntStream.range(0, n).toArray()
                : IntStream.of(0, 1, 2, -1, n - 3, n - 2, n - 1).toArray();
    }

    private void collect(int axis, int position, List<Integer> shown) {
        if (axis == sizes.length) {
            shown.add(position);
            return;
        }
        for (int i : indices(axis)) {
            if (i >= 0) {
                collect(axis + 1, position * (int) sizes[axis] + i, shown);
            }
        }
    }

    private void axis(StringBuilder s, int axis) {
        if (axis == sizes.length) {
            s.append(cells.get(next++));
            return;
        }
        boolean last = axis == sizes.length - 1;
        String newLine = "\n".repeat(Math.max(1, sizes.length - 1 - axis)) + " ".repeat("tensor(".length() + axis + 1);
        s.append('[');
        int lineStart = s.length();
        boolean first = true;
        for (int i : indices(axis)) {
            if (!first) {
                s.append(',');
                boolean full = last && s.length() - lineStart + (i < 0 ? 4 : cells.get(next).length()) + axis > LINE - 15;
                s.append(!last || full ? newLine : " ");
                lineStart = full ? s.length() : lineStart;
            }
            first = false;
            if (i < 0) {
                s.append("...");
            } else {
                axis(s, axis + 1);
            }
        }
        s.append(']');
    }

    private List<String> wholes(List<Integer> shown) {
        return align(shown.stream().map(i -> switch (host.dtype()) {
            case BOOL -> host.bytes()[i] != 0 ? "True" : "False";
            case INT32 -> Integer.toString(host.ints()[i]);
            default -> Long.toString(host.longs()[i]);
        }).toList());
    }

    private static List<String> align(List<String> texts) {
        int width = texts.stream().mapToInt(String::length).max().orElse(0);
        return texts.stream().map(t -> " ".repeat(width - t.length()) + t).toList();
    }

    private double value(int i) {
        return switch (host.dtype()) {
            case FLOAT32 -> host.floats()[i];
            case FLOAT64 -> host.doubles()[i];
            case FLOAT16 -> Halves.fromFloat16(host.shorts()[i]);
            default -> Halves.fromBFloat16(host.shorts()[i]);
        };
    }

    /** The shortest decimal that reads back as the element, cut to the precision shown. */
    private BigDecimal decimal(int i) {
        double v = value(i);
        BigDecimal d = new BigDecimal(host.dtype() == DType.FLOAT64 ? Double.toString(v) : Float.toString((float) v));
        return d.stripTrailingZeros();
    }

    private List<String> reals(List<Integer> shown) {
        List<Integer> finite = shown.stream().filter(i -> Double.isFinite(value(i))).toList();
        double largest = finite.stream().mapToDouble(i -> Math.abs(value(i))).max().orElse(0);
        double smallest = finite.stream().mapToDouble(i -> Math.abs(value(i))).filter(a -> a != 0).min().orElse(0);
        boolean scientific = largest >= 1e8 || smallest != 0 && (smallest < 1e-4 || largest / smallest > 1000);
        int digits = 0;
        for (int i : finite) {
            BigDecimal d = decimal(i);
            digits = Math.max(digits, Math.min(DIGITS, scientific ? d.precision() - 1 : d.scale()));
        }
        int decimals = digits;
        return align(shown.stream().map(i -> !Double.isFinite(value(i)) ? special(value(i))
                : scientific ? scientific(i, decimals) : fixed(i, decimals)).toList());
    }

    private static String special(double v) {
        return Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
    }

    private String sign(int i) {
        return value(i) < 0 || 1 / value(i) < 0 ? "-" : "";
    }

    /** Padded with blanks after the last digit, so that the points are aligned. */
    private String fixed(int i, int decimals) {
        BigDecimal d = decimal(i).abs().setScale(decimals, RoundingMode.HALF_EVEN).stripTrailingZeros();
        String text = d.setScale(Math.max(0, d.scale())).toPlainString();
        String pointed = text.contains(".") ? text : text + ".";
        int written = pointed.length() - pointed.indexOf('.') - 1;
        return sign(i) + pointed + (decimals > 0 && sizes.length > 0 ? " ".repeat(decimals - written) : "");
    }

    private String scientific(int i, int decimals) {
        BigDecimal d = decimal(i).abs();
        if (d.signum() == 0) {
            return sign(i) + "0." + "0".repeat(decimals) + "e+00";
        }
        BigDecimal rounded = d.round(new MathContext(decimals + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String mantissa = rounded.movePointLeft(exponent).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
        return sign(i) + mantissa + (decimals == 0 ? "." : "") + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}
