;;; Somebody in an Emacs without a screen, whose init file is $INIT. Writes what was seen to $RESULT, as JSON.
;;;
;;; $PROJECT is a copy of the project; $STEP is "missing" in an Emacs that finds no binary, "use" otherwise.

(package-initialize)
(require 'json)
(load (getenv "INIT") nil 'quietly)

(when (equal (getenv "STEP") "missing")
  (find-file (concat (getenv "PROJECT") "/rules/render.quell"))
  (find-file (concat (getenv "PROJECT") "/lib/fleet.quell"))
  (let ((told (with-current-buffer "*Warnings*" (buffer-string))))
    (with-temp-file (getenv "RESULT") (insert (json-encode `((told . ,told))))))
  (kill-emacs))

(require 'eglot)
(require 'flymake)
;; What the server says must be as the protocol has it. Only for the text under the cursor, this eglot takes what the
;; protocol allows, that there is none, for a mistake.
(add-hook 'eglot-managed-mode-hook (lambda () (remove-hook 'eldoc-documentation-functions #'eglot-hover-eldoc-function t)))
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

(find-file (concat (getenv "PROJECT") "/lib/fleet.quell"))
(find-file (concat (getenv "PROJECT") "/rules/render.quell"))
;; What the hook has asked for is done after the next command, of which there is none here.
(run-hooks 'post-command-hook)
(wait-for "the server" #'eglot-current-server)
(let ((result `((mode . ,(symbol-name major-mode)) (project . ,(file-truename (project-root (project-current))))))
      (server (eglot-current-server)))
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
  (goto-char (point-min))
  (search-forward "/tmp/render")
  (let* ((fixes (eglot-code-actions (point) (point) "quickfix"))
         (fix (jsonrpc-request server :codeAction/resolve (elt fixes 0))))
    (push `(fixes . ,(vconcat (mapcar (lambda (fix) (plist-get fix :title)) fixes))) result)
    (eglot--apply-workspace-edit (plist-get fix :edit)))
  (search-forward "$web-hosts")
  (backward-char)
  (eglot-rename "front-hosts")
  (eglot-format-buffer)
  (push `(fleet . ,(with-current-buffer "fleet.quell" (buffer-string))) result)
  (push `(text . ,(buffer-substring-no-properties (point-min) (point-max))) result)
  (goto-char (point-min))
  (search-forward "suppress")
  (font-lock-ensure)
  (push `(face . ,(format "%s" (get-text-property (1- (point)) 'face))) result)
  (with-temp-file (getenv "RESULT") (insert (json-encode result)))
  (save-some-buffers t)
  (eglot-shutdown server))
