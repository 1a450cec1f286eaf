# Manual pages from the comments of a header: awk -v OUT=DIRECTORY -v VERSION=0.1.0 -v NAME=pms -v TITLE="Programs that know they move"
# -f man.awk pms.h. The first comment becomes pms(7). Every other one that begins in the first column, and the declarations behind it up to an
# empty line, become one page of section 3: the first sentence says what it is, then come paragraphs, "returns:",
# "errno:" with a line "  ERROR  when" for each, "example:". Four spaces make a line code. The other functions of the page
# get a page that refers to it.

function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    if (text ~ /^[.']/) text = "\\&" text
    return text
}

# Names of functions and manual pages in bold, as manual pages have them.
function emphasised(text, out, word) {
    text = roff(text)
    out = ""
    while (match(text, "(" NAME "_[a-z_]+(\\([0-9]?\\))?|" toupper(NAME) "_[A-Z]+|[a-z]+\\([1-8]\\))")) {
        word = substr(text, RSTART, RLENGTH)
        out = out substr(text, 1, RSTART - 1) "\\fB" word "\\fP"
        text = substr(text, RSTART + RLENGTH)
    }
    return out text
}

function heading(name) {
    end_code()
    print ".SH " name > page
}

function end_code() {
    if (in_code) print ".EE" > page
    in_code = 0
}

function header(title, section) {
    print ".\\\" Generated from " NAME ".h." > page
    print ".TH " toupper(title) " " section " \"\" \"yadokari " VERSION "\" \"" TITLE "\"" > page
}

# The lines of the comment behind its first sentence.
function body(    i, line, errors) {
    in_code = 0
    errors = 0
    for (i = first; i <= count; i++) {
        line = lines[i]
        if (line ~ /^returns:/) {
            heading("\"RETURN VALUE\"")
            sub(/^returns: */, "", line)
        } else if (line ~ /^errno:/) {
            heading("ERRORS")
            errors = 1
            sub(/^errno: */, "", line)
        } else if (line ~ /^example:/) {
            heading("EXAMPLES")
            sub(/^example: */, "", line)
        } else if (line ~ /^The comments of this file/)
            break
        if (errors && line ~ /^  [A-Z]/) {
            sub(/^ */, "", line)
            print ".TP\n.B " substr(line, 1, index(line, " ") - 1) > page
            line = substr(line, index(line, " "))
            sub(/^ */, "", line)
        }
        if (line ~ /^    / && !errors) {
            if (!in_code) print ".PP\n.EX" > page
            in_code = 1
            print roff(substr(line, 5)) > page
        } else if (line == "") {
            if (in_code && lines[i + 1] ~ /^    /) print "" > page
            else {
                end_code()
                # A heading begins a paragraph by itself.
                if (i < count && lines[i + 1] !~ /^(returns|errno|example):/ && lines[i + 1] !~ /^    / && lines[i + 1] !~ /^The comments of/) print ".PP" > page
            }
        } else {
            end_code()
            sub(/^ */, "", line)
            print emphasised(line) > page
        }
    }
    end_code()
}

function lowered(text) {
    return tolower(substr(text, 1, 1)) substr(text, 2)
}

function summary(    text) {
    text = lines[1]
    sub(/\.$/, "", text)
    first = 2
    while (lines[first] == "" && first < count) first++
    return lowered(text)
}

function write_page(    i, names, others) {
    page = OUT "/" functions[1] ".3"
    names = functions[1]
    for (i = 2; i <= function_count; i++) names = names ", " functions[i]
    header(functions[1], 3)
    what = summary()
    print ".SH NAME\n" names " \\- " roff(what) > page
    print ".SH SYNOPSIS\n.nf\n.B #include <" NAME ".h>\n" > page
    for (i = 1; i <= function_count; i++) print ".B \"" roff(declarations[i]) "\"" > page
    print ".fi\n.PP\nLink with \\fB\\-l" NAME "\\fP, or as pkg\\-config says." > page
    if (count > 1 && lines[2] == "") print ".SH DESCRIPTION" > page
    body()
    print ".SH \"SEE ALSO\"\n.BR " NAME " (7)," > page
    print ".BR yado (1)" > page
    close(page)
    for (i = 1; i <= function_count; i++) {
        index_names[++index_count] = functions[i]
        index_what[index_count] = what
        if (i > 1) {
            page = OUT "/" functions[i] ".3"
            print ".so man3/" functions[1] ".3" > page
            close(page)
        }
    }
}

# A comment that begins in the first column; the one before it is done.
/^\/\*/ {
    # A remark between the declarations of a page.
    if (open_block && $0 ~ /\*\/ *$/) next
    flush_block()
    in_comment = 1
    count = 0
    sub(/^\/\* */, "")
    take($0)
    next
}
in_comment {
    sub(/^ \* ?/, "")
    take($0)
    next
}

function take(line) {
    if (line ~ /\*\/ *$/) {
        sub(/ *\*\/ *$/, "", line)
        in_comment = 0
        open_block = 1
        function_count = 0
    }
    lines[++count] = line
    if (!in_comment && !head_count) {
        head_count = count
        for (i = 1; i <= count; i++) head[i] = lines[i]
        open_block = 0
    }
}

open_block && $0 ~ NAME "_[a-z_]+\\(" {
    declaration = $0
    name = $0
    match(name, NAME "_[a-z_]+")
    functions[++function_count] = substr(name, RSTART, RLENGTH)
    declarations[function_count] = declaration
}
open_block && /^$/ { flush_block() }

function flush_block() {
    if (open_block && function_count > 0) write_page()
    open_block = 0
}

END {
    flush_block()
    count = head_count
    for (i = 1; i <= count; i++) lines[i] = head[i]
    page = OUT "/" NAME ".7"
    header(NAME, 7)
    print ".SH NAME\n" NAME " \\- " roff(summary()) > page
    print ".SH DESCRIPTION" > page
    body()
    print ".SH FUNCTIONS" > page
    for (i = 1; i <= index_count; i++) print ".TP\n.BR " index_names[i] " (3)\n" roff(index_what[i]) > page
    print ".SH \"SEE ALSO\"\n.BR yado (1)" > page
}
