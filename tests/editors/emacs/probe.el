;;; The Emacs recipe of the README, in an Emacs without a screen. Writes what was seen to $RESULT, as JSON.

(package-initialize)
(require 'json)
(load (concat (getenv "ROOT") "/editors/emacs/quell-mode.el"))
(require 'eglot)
(require 'flymake)
;; What the server says must be as the protocol has it.
(setq eglot-sync-connect 20
      eglot-autoshutdown t
      eglot-confirm-server-initiated-edits nil
      eglot-strict-mode '(disallow-non-standard-keys enforce-required-keys))

(defun wait-for (what condition)
  (let ((end (+ (float-time) 20)) value)
    (while (and (not (setq value (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (or value (error "timeout: %s" what))))

(defun texts ()
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(find-file (concat (getenv "PROJECT") "/rules/render.quell"))
(let ((result `((mode . ,(symbol-name major-mode))))
      (server (apply #'eglot--connect (eglot--guess-contact))))
  (eglot--managed-mode 1)
  (flymake-start)
  (wait-for "the warning" (lambda () (seq-find (lambda (text) (string-match-p "/tmp/render" text)) (texts))))
  (push `(diagnostics . ,(vconcat (texts))) result)
  (goto-char (point-min))
  (search-forward "@process.user")
  (beginning-of-line)
  (insert "    @process.parent.us\n")
  (forward-char -1)
  (push `(completion . ,(vconcat (mapcar #'substring-no-properties
                                         (all-completions "@process.parent.us" (nth 2 (eglot-completion-at-point))))))
        result)
  (delete-region (line-beginning-position) (1+ (line-end-position)))
  (eglot-format-buffer)
  (push `(text . ,(buffer-substring-no-properties (point-min) (point-max))) result)
  (goto-char (point-min))
  (search-forward "suppress")
  (font-lock-ensure)
  (push `(face . ,(format "%s" (get-text-property (1- (point)) 'face))) result)
  (with-temp-file (getenv "RESULT") (insert (json-encode result)))
  (set-buffer-modified-p nil)
  (eglot-shutdown server))
