namespace Yadokari.Carry;

/// <summary>Turns a header of carried variables into the C code that saves and restores them. A pure function.</summary>
public static class CarryGenerator
{
    /// <param name="header">Text of the header.</param>
    /// <param name="headerPath">How the code names it: in its includes, and in what the compiler says.</param>
    /// <param name="sourcePath">The source whose variables they are, which the code includes, so that it sees what is static there; null: the
    /// variables are those that the header declares.</param>
    /// <param name="place">Names an included file of the header as the code, which may stand elsewhere, has to.</param>
    /// <exception cref="HeaderException">The header is wrong; every finding is in it.</exception>
    public static string Generate(string header, string headerPath, string? sourcePath, Func<string, string> place)
    {
        CarryHeader read = Parser.Read(header);
        Checker.Check(read);
        return new Emitter(read, headerPath, sourcePath, place).Emit();
    }
}
