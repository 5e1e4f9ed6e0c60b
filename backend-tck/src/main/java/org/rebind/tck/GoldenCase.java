package org.rebind.tck;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.TensorType;

/**
 * One operation on known inputs with the outputs NumPy or PyTorch gives; README.md beside the data says where from.
 *
 * @param index of the case in its group
 * @param attributes values are Long, Double, Boolean, String, List of these, or null
 */
public record GoldenCase(String group, int index, String op, Map<String, Object> attributes, List<GoldenTensor> inputs,
        List<GoldenTensor> outputs, double rtol, double atol) {
    /** The groups whose operators exist. */
    public static final List<String> GROUPS = List.of("unary", "edge", "activation", "binary", "compare", "cast",
            "reduce", "matmul", "move", "create");
    /** Loadable, not run: not operators yet. */
    public static final List<String> LATER_GROUPS = List.of("conv", "grad");

    public GoldenCase {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** All cases of a group, in the file's order. @throws IllegalArgumentException if there is no such group */
    public static List<GoldenCase> load(String group) {
        try (InputStream in = GoldenCase.class.getResourceAsStream("golden/" + group + ".json")) {
            if (in == null) {
                throw new IllegalArgumentException("golden group '" + group + "': expected one of " + GROUPS + " or "
                        + LATER_GROUPS);
            }
            JsonArray array = JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8)).getAsJsonArray();
            List<GoldenCase> cases = new ArrayList<>();
            for (JsonElement e : array) {
                cases.add(read(group, cases.size(), e.getAsJsonObject()));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException("golden group '" + group + "'", e);
        }
    }

    private static GoldenCase read(String group, int index, JsonObject o) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        o.getAsJsonObject("attrs").entrySet().forEach(e -> attributes.put(e.getKey(), value(e.getValue())));
        return new GoldenCase(group, index, o.get("op").getAsString(), attributes, tensors(o.getAsJsonArray("inputs")),
                tensors(o.getAsJsonArray("outputs")), o.get("rtol").getAsDouble(), o.get("atol").getAsDouble());
    }

    private static List<GoldenTensor> tensors(JsonArray array) {
        List<GoldenTensor> tensors = new ArrayList<>();
        for (JsonElement e : array) {
            JsonObject t = e.getAsJsonObject();
            DType dtype = DType.named(t.get("dtype").getAsString());
            JsonArray shape = t.getAsJsonArray("shape");
            long[] sizes = new long[shape.size()];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = shape.get(i).getAsLong();
            }
            tensors.add(new GoldenTensor(dtype, sizes, data(dtype, t.getAsJsonArray("data"))));
        }
        return tensors;
    }

    private static Object data(DType dtype, JsonArray values) {
        Class<?> component = switch (dtype) {
            case FLOAT32 -> float.class;
            case FLOAT64 -> double.class;
            case INT32 -> int.class;
            case INT64 -> long.class;
            case BOOL -> boolean.class;
            case FLOAT16, BFLOAT16 -> throw new IllegalStateException("golden data of dtype " + dtype);
        };
        Object array = Array.newInstance(component, values.size());
        for (int i = 0; i < values.size(); i++) {
            JsonElement v = values.get(i);
            switch (dtype) {
                case FLOAT32 -> Array.setFloat(array, i, (float) number(v));
                case FLOAT64 -> Array.setDouble(array, i, number(v));
                case INT32 -> Array.setInt(array, i, v.getAsInt());
                case INT64 -> Array.setLong(array, i, v.getAsLong());
                default -> Array.setBoolean(array, i, v.getAsBoolean());
            }
        }
        return array;
    }

    private static double number(JsonElement v) {
        return switch (v.getAsString()) {
            case "nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> v.getAsDouble();
        };
    }

    private static Object value(JsonElement e) {
        if (e instanceof JsonNull) {
            return null;
        }
        if (e instanceof JsonArray a) {
            List<Object> list = new ArrayList<>();
            a.forEach(x -> list.add(value(x)));
            return Collections.unmodifiableList(list);
        }
        JsonPrimitive p = e.getAsJsonPrimitive();
        if (p.isNumber()) {
            return p.getAsString().matches("-?\\d+") ? (Object) p.getAsLong() : (Object) p.getAsDouble();
        }
        return p.isBoolean() ? (Object) p.getAsBoolean() : p.getAsString();
    }

    /** For instance {@code reduce[12] sum {axis=0, keepdims=false} float32[2, 3]}. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(group + "[" + index + "] " + op + (attributes.isEmpty() ? "" : " " + attributes));
        inputs.forEach(t -> s.append(' ').append(TensorType.of(t.dtype(), t.shape())));
        return s.toString();
    }
}
