namespace Yadokari.Rpc.Generator;

/// <summary>How a member gets its value back.</summary>
internal enum Restoring
{
    /// <summary>It is assigned.</summary>
    Set,

    /// <summary>The object that is there is filled.</summary>
    Fill,

    /// <summary>In the object's initializer: <c>init</c> and <c>required</c>.</summary>
    Initialize,

    /// <summary>By a parameter of the constructor.</summary>
    Construct,
}
