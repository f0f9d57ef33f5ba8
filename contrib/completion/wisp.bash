# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of wisp's commands and flags for bash: source this file, or put it into
# /usr/share/bash-completion/completions/wisp. It asks the wisp that is completed for its flags.

_wisp() {
    local word=${COMP_WORDS[COMP_CWORD]} words
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        words='migrate rebuild verify ctl binlog help --version'
    elif [[ ${COMP_WORDS[1]} == migrate && $word == -* && $word != *=* ]]; then
        words=$("${COMP_WORDS[0]}" migrate --help=words 2>/dev/null)
    elif [[ ${COMP_WORDS[1]} == binlog && COMP_CWORD -eq 2 ]]; then
        words='sql rollback stats locate'
    elif [[ ${COMP_WORDS[1]} == ctl && COMP_CWORD -eq 2 ]]; then
        mapfile -t COMPREPLY < <(compgen -G "${word:-/tmp/gh-ost.}*.sock")
        return
    elif [[ ${COMP_WORDS[1]} == ctl ]]; then
        words='help status status-json sup coordinates applier inspector chunk-size= dml-batch-size=
            max-lag-millis= nice-ratio= max-load= critical-load= throttle-query= throttle-http=
            throttle-control-replicas= throttle-replicas= throttle-flag-file= throttle-additional-flag-file=
            throttle-http-interval-millis= throttle-http-timeout-millis= ignore-http-errors=
            critical-load-interval-millis= critical-load-hibernate-seconds= max-commit-latency-millis= min-free-disk= throttle no-throttle unpostpone
            postpone-cut-over-flag-file= cut-over panic'
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    # A value follows the "=" at once.
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o default -F _wisp wisp
