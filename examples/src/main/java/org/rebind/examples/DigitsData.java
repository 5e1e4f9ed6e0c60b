package org.rebind.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.rebind.Tensor;

/**
 * Handwritten digits, shuffled with a fixed seed: images float32 [n, 64] scaled to 0..1, labels int64 [n].
 */
record DigitsData(float[][] images, long[] labels) {
    static final int PIXELS = 64;
    static final int CLASSES = 10;

    /** All 1,797 digits of the data set in this package's resources. */
    static DigitsData load(long seed) {
        List<int[]> rows = new ArrayList<>();
        try (InputStream raw = DigitsData.class.getResourceAsStream("digits.csv.gz");
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] cells = line.split(",");
                int[] row = new int[PIXELS + 1];
                for (int i = 0; i <= PIXELS; i++) {
                    row[i] = (int) Double.parseDouble(cells[i]);
                }
                rows.add(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the digits data cannot be read", e);
        }
        Collections.shuffle(rows, new Random(seed));
        float[][] images = new float[rows.size()][PIXELS];
        long[] labels = new long[rows.size()];
        for (int i = 0; i < labels.length; i++) {
            for (int p = 0; p < PIXELS; p++) {
                images[i][p] = rows.get(i)[p] / 16f;
            }
            labels[i] = rows.get(i)[PIXELS];
        }
        return new DigitsData(images, labels);
    }

    int size() {
        return labels.length;
    }

    /** Rows {@code from} to {@code to - 1}. */
    DigitsData range(int from, int to) {
        return new DigitsData(java.util.Arrays.copyOfRange(images, from, to),
                java.util.Arrays.copyOfRange(labels, from, to));
    }

    Tensor imageTensor() {
        return Tensor.ofNested(images);
    }

    Tensor labelTensor() {
        return Tensor.of(labels);
    }
}
