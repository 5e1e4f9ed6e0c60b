package org.rebind;

import java.util.Optional;

/**
 * Why a call compiled.
 *
 * @param signature of the call
 * @param nearest signature of the most similar entry, empty for the first
 * @param difference first difference to it, for instance {@code "arg 0 `x`: shape [2, 4] -> [5, 4]"}
 * @param advice for instance {@code "mark dim 0 dynamic"}; may be empty
 */
public record MissReason(String signature, Optional<String> nearest, String difference, String advice) {
    @Override
    public String toString() {
        return nearest.isEmpty() ? "first call" : difference + (advice.isEmpty() ? "" : "; " + advice);
    }
}
