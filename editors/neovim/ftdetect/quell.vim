autocmd BufRead,BufNewFile *.quell setfiletype quell
