using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>What can't be carried, each found when the program is compiled. docs/carried-state.md explains them.</summary>
internal static class Rules
{
    private static readonly Dictionary<string, DiagnosticDescriptor> All = [];

    public static readonly DiagnosticDescriptor NotPartial = Error(
        "YDK001", "The class is not partial", "'{0}' must be partial, so that code to save and restore it can be added");

    public static readonly DiagnosticDescriptor CarriesDelegate = Error(
        "YDK002", "Code can't be carried", "'{0}' can't be carried: {1} is code (a delegate); carry the data it needs");

    public static readonly DiagnosticDescriptor BelongsToProcess = Error(
        "YDK003", "It belongs to this process", "'{0}' can't be carried: {1} belongs to this process or hides its state (a handle, stream, task, lock, pointer); carry what it is made from");

    public static readonly DiagnosticDescriptor OpenGeneric = Error(
        "YDK004", "The type is generic", "'{0}' can't be carried: {1} is generic, so its type is not known here; use a class that says the type");

    public static readonly DiagnosticDescriptor NoSetter = Error(
        "YDK005", "It can't be set", "'{0}' can't be restored: {1} has no setter, and its value can't be filled in place; give it a setter or remove readonly");

    public static readonly DiagnosticDescriptor NoInstanceValue = Error(
        "YDK006", "It is not a value of an object", "'{0}' can't be carried: it is {1}; carry an instance field or a property with a getter");

    public static readonly DiagnosticDescriptor UnknownHolds = Error(
        "YDK007", "What it holds is not known", "'{0}' can't be carried: {1} may hold anything; declare what by [CarriedType] or [JsonDerivedType], or use a concrete type");

    public static readonly DiagnosticDescriptor NoConstructor = Error(
        "YDK008", "It can't be made", "'{0}' can't be restored: {1} has neither an accessible constructor without parameters nor one whose parameters are its members");

    public static readonly DiagnosticDescriptor NameTwice = Error(
        "YDK009", "Two members have one name", "'{0}' has the name \"{1}\" in the saved state, and another member has it too; use [CarriedAs]");

    public static readonly DiagnosticDescriptor TrackedPlace = Error(
        "YDK010", "Where a tracking collection may be", "'{0}' can't be carried: {1} tracks its changes only as a read-only [Carried] member of a registered class");

    public static readonly DiagnosticDescriptor IncompleteKey = Error(
        "YDK011", "The key is not complete when it is read", "'{0}' can't be restored: {1} needs its keys at once, and {2} has members that are set later; use a record, struct or text as key");

    public static readonly DiagnosticDescriptor BadUpgrade = Error(
        "YDK012", "The upgrade can't be called", "'{0}' must be 'static void {0}(CarriedUpgrade old)', and the only one of its class");

    public static readonly DiagnosticDescriptor UnknownCollection = Error(
        "YDK013", "The collection is not known", "'{0}' can't be carried: {1} is a collection of its own kind; use one of System.Collections, or a class with [Carried] members");

    public static readonly DiagnosticDescriptor HiddenState = Warning(
        "YDK014", "State that would be lost", "'{0}' carries only what is public in {1}: {2} is not carried; make {1} partial with [Carried] members, or mark it [JsonIgnore]");

    public static readonly DiagnosticDescriptor MutableValue = Warning(
        "YDK015", "Changes inside a value are not noticed", "'{0}' tracks that a value is set, not that something inside {1} changes; use a record or struct, or set it again after each change");

    public static readonly DiagnosticDescriptor NotAClass = Error(
        "YDK016", "Only classes have [Carried] members", "'{0}' is {1}: [Carried] belongs on members of a class; what is public in a struct or record is carried by itself");

    public static IReadOnlyDictionary<string, DiagnosticDescriptor> ById => All;

    private static DiagnosticDescriptor Error(string id, string title, string message) => Add(id, title, message, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Add(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Add(string id, string title, string message, DiagnosticSeverity severity)
    {
        var rule = new DiagnosticDescriptor(id, title, message, "Yadokari.Carried", severity, isEnabledByDefault: true);
        All.Add(id, rule);
        return rule;
    }
}
