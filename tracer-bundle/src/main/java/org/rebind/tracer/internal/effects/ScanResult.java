package org.rebind.tracer.internal.effects;

import java.util.Optional;

/**
 * What the byte code of a function shows.
 *
 * @param finding the first effect; empty if none was seen
 * @param doubt why effects may have gone unseen, or state that may change was read; empty if neither. Then the second
 *     call with a signature traces again and compares
 */
public record ScanResult(Optional<Finding> finding, String doubt) {
}
