using Shouldly;
using Xunit;

namespace Yadokari.Carry.Tests;

/// <summary>What a header may say, and what is said of a wrong one.</summary>
public sealed class HeaderTests
{
    private const string Node = "CARRY_STRUCT(struct node, struct node *next CARRY_LINK; char *word CARRY_STRING(64);)\n";

    [Theory]
    [InlineData("extern char *title;", "'title' is a pointer and nothing says what it points to")]
    [InlineData("extern double *samples CARRY_STRING(5);", "'samples' is no string")]
    [InlineData("extern char **words CARRY_STRING(5);", "'words' is a pointer and nothing says what it points to")]
    [InlineData("extern int count CARRY_ONE;", "'count' is marked as a pointer and is none")]
    [InlineData("extern entry first;", "'first' has the type 'entry', whose members are not known here")]
    [InlineData("extern struct word *first CARRY_ONE;", "whose members are not known here")]
    [InlineData("extern int *first CARRY_LIST(next, 5);", "'first' is a list, and its type int is not described")]
    [InlineData("extern int *values CARRY_COUNT(n + 1, 5);", "'values' is counted by 'n + 1'")]
    [InlineData("extern union either both;", "'both' is a union")]
    [InlineData("extern int a CARRY_NOT;", "'a': a variable that stays behind")]
    [InlineData("extern int *a CARRY_ONE CARRY_COUNT(n, 5);", "only one of CARRY_COUNT, CARRY_LIST and CARRY_ONE")]
    [InlineData("extern int *a CARRY_ONE CARRY_HOOK(f);", "CARRY_HOOK moves the whole variable")]
    [InlineData("extern void (*callback)(int);", "a pointer to a function")]
    [InlineData("extern int run(void);", "'run' is a function")]
    [InlineData("extern int values[];", "'values' needs the number of its elements")]
    [InlineData("extern int a CARRY_STRNG(5);", "'CARRY_STRNG' is not expected here")]
    [InlineData("extern int a", "';' is expected before 'the end of the file'")]
    [InlineData("extern char *a CARRY_STRING();", "CARRY_STRING needs something in its parentheses")]
    [InlineData("extern int *a CARRY_COUNT(n);", "',' is missing")]
    [InlineData("int a;", "'int' is not expected here: a carried variable is declared with extern")]
    [InlineData("static int a;", "'static' is not expected here")]
    [InlineData("#ifdef LARGE\nextern int a;\n#endif", "what is carried can't depend on conditions")]
    [InlineData("/* for ever", "a comment begins here and does not end")]
    [InlineData("CARRY_STRUCT(struct bits, unsigned a : 3;)", "'a' is a bit field")]
    [InlineData("CARRY_STRUCT(struct empty, )", "struct empty is described without members")]
    [InlineData("CARRY_STRUCT(struct s, char *a;)", "'a' is a pointer and nothing says what it points to")]
    [InlineData("CARRY_STRUCT(struct s, int a CARRY_HOOK(f);)", "'a': a hook moves a variable")]
    public void A_wrong_declaration_is_told_with_its_line(string declaration, string message)
    {
        HeaderException failure = Should.Throw<HeaderException>(() => Generate($"CARRY_VERSION(1)\n\n{declaration}\n"));

        failure.Findings.ShouldContain(f => f.Message.Contains(message, StringComparison.Ordinal), string.Join('\n', failure.Findings));
        failure.Findings[0].Line.ShouldBeInRange(3, 4);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        HeaderException failure = Should.Throw<HeaderException>(() => Generate("CARRY_VERSION(1)\nextern char *a;\nextern int b;\nextern long *c;\n"));

        failure.Findings.Select(f => f.Line).ShouldBe([2, 4]);
    }

    [Fact]
    public void A_syntax_error_does_not_hide_the_next_one()
    {
        HeaderException failure = Should.Throw<HeaderException>(() => Generate("CARRY_VERSION(1)\nint a;\nextern int (b;\nextern int c;\n"));

        failure.Findings.Select(f => f.Line).ShouldBe([2, 3]);
    }

    [Fact]
    public void A_header_says_its_version()
    {
        Should.Throw<HeaderException>(() => Generate("extern int a;\n")).Message.ShouldContain("CARRY_VERSION(number) is missing");
    }

    [Fact]
    public void A_list_needs_a_link()
    {
        Should.Throw<HeaderException>(() => Generate("CARRY_VERSION(1)\n" + Node + "extern struct node *first CARRY_LIST(previous, 9);\n"))
            .Message.ShouldContain("struct node has no member 'struct node *previous CARRY_LINK'");
    }

    [Fact]
    public void What_is_declared_twice_is_refused()
    {
        Should.Throw<HeaderException>(() => Generate("CARRY_VERSION(1)\nextern int a;\nextern long a;\n")).Message.ShouldContain("'a' is declared twice");
    }

    [Fact]
    public void Bounds_are_expressions_as_they_are_written()
    {
        Generate("CARRY_VERSION(1)\nextern char *a CARRY_STRING(1 << 10);\n").ShouldContain("(1 << 10)");
    }

    [Fact]
    public void A_guard_and_comments_are_no_conditions()
    {
        string code = Generate("/* what\n moves */\n#ifndef A_H\n#define A_H\n#include <stdint.h> /* types */\nCARRY_VERSION(2) // of 2026\nextern uint16_t a; \n#endif\n");

        code.ShouldContain("#line 7 \"dict_carry.h\"");
        code.ShouldContain("#include <stdint.h>");
    }

    [Fact]
    public void The_same_header_gives_the_same_code()
    {
        string header = "CARRY_VERSION(1)\n" + Node + "extern struct node *first CARRY_LIST(next, 9);\n";

        Generate(header).ShouldBe(Generate(header));
    }

    [Fact]
    public void A_type_is_another_signature_and_a_bound_is_not()
    {
        static string Line(string code) => code.Split('\n').Single(l => l.Contains("{\"a\"", StringComparison.Ordinal));

        Line(Generate("CARRY_VERSION(1)\nextern char *a CARRY_STRING(5);\n")).ShouldBe(Line(Generate("CARRY_VERSION(1)\nextern char *a CARRY_STRING(6);\n")));
        Line(Generate("CARRY_VERSION(1)\nextern int a;\n")).ShouldNotBe(Line(Generate("CARRY_VERSION(1)\nextern long a;\n")));
    }

    private static string Generate(string header) => CarryGenerator.Generate(header, "dict_carry.h", "dict.c", name => name);
}
