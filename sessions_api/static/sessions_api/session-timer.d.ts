/** Types of session-timer.js. */

/** Follows when the session of a page ends. One for each dialog that `{% session_timer %}` writes. */
export class SessionTimer {
  constructor(dialog: HTMLDialogElement);
  readonly dialog: HTMLDialogElement;
  /** How long before the end the dialog opens, in milliseconds. */
  warning: number;
  /** Ask the server when the session ends. It is no use of the session. */
  check(): Promise<void>;
  /** Use the session, so that it ends later. All tabs follow. */
  keepAlive(): Promise<void>;
}

declare global {
  interface HTMLElementEventMap {
    /** The session is over, and the page is about to go to the login, unless this is cancelled. */
    "session-ended": Event;
  }
}
