;;; quell-mode.el --- Quell, a language for tuning runtime security signals -*- lexical-binding: t -*-

;; SPDX-License-Identifier: Apache-2.0 OR MIT
;; Package-Requires: ((emacs "26.3"))
;; Version: 0.1.0

;;; Commentary:

;; Highlighting and indentation for `.quell' files, and the language server through eglot: `M-x eglot'.

;;; Code:

(defvar quell-mode-font-lock-keywords
  `((,(rx line-start (group (or "import" "suppress" "require" "let" "attribute" "tag" "test")) symbol-end)
     1 font-lock-keyword-face)
    (,(rx line-start (or "suppress" "require") (+ blank) (group (+ (any alnum "_-"))))
     1 font-lock-function-name-face)
    (,(rx line-start "let" (+ blank) (group (+ (any alnum "_-")))) 1 font-lock-variable-name-face)
    (,(rx symbol-start (group (or "rules" "when")) (? (+ blank) (group (or "signal" "event"))) (* blank) "{")
     (1 font-lock-keyword-face) (2 font-lock-type-face nil t))
    (,(rx symbol-start (group (or "allow" "suppressed" "fires" "by")) symbol-end) 1 font-lock-keyword-face)
    (,(rx line-start (+ blank) (group (+ (any alnum "_-"))) (* blank) "=") 1 font-lock-variable-name-face)
    (,(rx "@" (+ (not (any blank "\n(){}[]\"=,:")))) . font-lock-constant-face)
    (,(rx "$" (any alpha "_") (* (any alnum "_-"))) . font-lock-variable-name-face)
    (,(rx symbol-start (or "AND" "OR" "NOT" "TO" "CIDR") symbol-end) . font-lock-builtin-face)))

(defvar quell-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?. "_" table)
    table))

(defun quell-mode-indent-line ()
  "Indent by two blanks for each bracket that is open."
  (interactive)
  (let ((indent (save-excursion
                  (beginning-of-line)
                  (* 2 (- (car (syntax-ppss)) (if (looking-at-p "[ \t]*[])}]") 1 0))))))
    (if (<= (current-column) (current-indentation))
        (indent-line-to (max 0 indent))
      (save-excursion (indent-line-to (max 0 indent))))))

;;;###autoload
(define-derived-mode quell-mode prog-mode "Quell"
  "Major mode for `.quell' files."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+ *")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'quell-mode-indent-line)
  (setq-local font-lock-defaults '(quell-mode-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.quell\\'" . quell-mode))

(defvar quell-mode-server "quell-lsp"
  "The language server: a program on the variable `exec-path', in Cargo's folder, or a path.")

(defun quell-mode--server ()
  "The path of the language server, or nil if it is nowhere."
  (or (executable-find quell-mode-server)
      (let ((cargo (or (getenv "CARGO_HOME") "~/.cargo")))
        (locate-file quell-mode-server (list (expand-file-name "bin" cargo)) exec-suffixes 'executable))))

(defun quell-mode--contact (&rest _)
  "What eglot starts."
  (list (or (quell-mode--server) quell-mode-server)))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(quell-mode . quell-mode--contact)))

(defvar quell-mode--told nil
  "Whether it was said that the language server is missing.")

(declare-function eglot-ensure "eglot")

;;;###autoload
(defun quell-mode-ensure-server ()
  "Start the language server for this buffer; without its program, say once how to get it."
  (cond ((quell-mode--server) (eglot-ensure))
        ((not quell-mode--told)
         (setq quell-mode--told t)
         (display-warning
          'quell
          (format "the program %s was not found; in a copy of Quell's repository, `cargo install --locked --path lsp' \
installs it" quell-mode-server)))))

(defun quell-mode--project (folder)
  "The project that a quell.toml above FOLDER roots."
  (let ((root (locate-dominating-file folder "quell.toml")))
    (and root (cons 'transient root))))

;; Asked before others: a project may lie deep in a repository.
(with-eval-after-load 'project
  (add-hook 'project-find-functions #'quell-mode--project))

(provide 'quell-mode)
;;; quell-mode.el ends here
