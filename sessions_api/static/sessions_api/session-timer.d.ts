/** Types of session-timer.js. */

/**
 * Follow when the session of a page ends, by the dialog that `{% session_timer %}` writes.
 * The script does so by itself for each such dialog that it finds.
 */
export function follow(dialog: HTMLDialogElement): {
  /** Ask the server when the session ends. It is no use of the session. */
  check(): Promise<void>;
  /** Use the session, so that it ends later. All tabs follow. */
  keepAlive(): Promise<void>;
};

declare global {
  interface DocumentEventMap {
    /** The session is over, and the page is about to go to the login, unless this is cancelled. */
    "session-ended": Event;
  }
}
