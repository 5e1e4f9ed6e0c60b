/** Finds side effects of user functions in their byte code, before they run. docs/EFFECTS.md says what is found. */
package org.rebind.tracer.internal.effects;
