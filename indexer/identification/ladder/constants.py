"""Sets of constants that the rungs combine: few, since a relation of several is only as telling as they are."""

from __future__ import annotations

COMMON = (
    "pi", "e", "sqrt(2)", "log(2)", "sqrt(3)", "euler_gamma", "sqrt(5)", "pi^2", "catalan", "zeta(3)", "log(3)",
    "sqrt(pi)", "log(pi)", "gamma(1/4)", "gamma(1/3)", "exp(euler_gamma)", "pi^3", "log(5)", "log(2)^2", "e^2",
    "pi*log(2)", "pi*sqrt(2)", "pi*sqrt(3)", "log(phi)",
)  # fmt: skip
"""Constants that stand in most closed forms, the commonest first."""

MORE_COMMON = (
    "sqrt(6)", "sqrt(7)", "cbrt(2)", "cbrt(3)", "log(7)", "zeta(5)", "pi^4", "sqrt(2*pi)", "1/pi", "exp(1/2)",
    "exp(-1)", "exp(pi)", "tanh(1)", "sin(1)", "cos(1)", "tan(1)", "atan(2)", "atan(1/2)", "khinchin", "glaisher",
    "lambertw(1)", "besseli(0, 2)", "besseli(1, 2)", "sqrt(2)*log(1 + sqrt(2))", "sqrt(3)*log(2 + sqrt(3))",
    "polylog(4, 1/2)", "erf(1)", "ei(1)", "dirichletl(-3, 2)", "gamma(1/5)",
)  # fmt: skip
"""Constants that join them with more effort."""

LINEAR = {
    "logarithms": ("1", "log(2)", "log(3)", "log(5)", "log(7)"),
    "logarithms and pi": ("1", "pi", "log(2)", "log(3)", "log(5)"),
    "logarithms and pi times roots of three": ("1", "pi", "pi*sqrt(3)", "log(2)", "log(3)"),
    "logarithms and pi times roots of two": ("1", "pi*sqrt(2)", "sqrt(2)*log(1 + sqrt(2))", "pi", "log(2)"),
    "units": ("1", "sqrt(5)*log(phi)", "log(phi)", "log(5)", "log(2)"),
    "powers of pi": ("1", "pi", "pi^2", "pi^3", "pi^4"),
    "even powers of pi": ("1", "pi^2", "pi^4", "pi^6"),
    "powers of e": ("1", "e", "e^2", "e^(-1)", "e^(-2)"),
    "weight two": ("pi^2", "catalan", "pi*log(2)", "log(2)^2"),
    "weight two and below": ("1", "pi", "pi^2", "catalan", "log(2)", "pi*log(2)", "log(2)^2"),
    "weight two, level three": ("pi^2", "dirichletl(-3, 2)*sqrt(3)", "pi*sqrt(3)*log(3)", "log(3)^2"),
    "weight two with golden units": ("1", "pi^2", "log(phi)^2", "log(2)^2"),
    "weight three": ("zeta(3)", "pi^2*log(2)", "log(2)^3", "pi^3", "pi*catalan"),
    "weight three and below": ("1", "zeta(3)", "pi^2", "pi^2*log(2)", "log(2)^3"),
    "weight four": ("pi^4", "zeta(3)*log(2)", "pi^2*log(2)^2", "log(2)^4", "polylog(4, 1/2)"),
    "zeta values": ("1", "pi^2", "zeta(3)", "pi^4", "zeta(5)"),
    "digamma values": ("euler_gamma", "log(2)", "log(3)", "pi", "pi*sqrt(3)"),
    "digamma values and below": ("1", "euler_gamma", "log(2)", "pi"),
    "derivatives of zeta": ("1", "euler_gamma", "log(2)", "log(pi)", "log(glaisher)"),
    "Stieltjes and squares": ("1", "euler_gamma", "euler_gamma^2", "pi^2"),
    "roots of two and three": ("1", "sqrt(2)", "sqrt(3)", "sqrt(6)"),
    "roots of two and five": ("1", "sqrt(2)", "sqrt(5)", "sqrt(10)"),
    "roots of three and five": ("1", "sqrt(3)", "sqrt(5)", "sqrt(15)"),
    "pi and roots": ("1", "pi", "sqrt(2)", "sqrt(3)", "sqrt(5)"),
    "pi times roots": ("1", "pi", "pi*sqrt(2)", "pi*sqrt(3)", "pi*sqrt(6)"),
    "pi, e and a root": ("1", "pi", "e", "sqrt(2)"),
    "the best known": ("1", "pi", "e", "log(2)", "euler_gamma"),
    "circular functions of one": ("1", "sin(1)", "cos(1)", "tan(1)"),
    "circular and exponential functions of one": ("1", "e", "e^(-1)", "sin(1)", "cos(1)"),
    "circular functions of one and e": ("1", "e*sin(1)", "e*cos(1)", "e"),
    "weight five": ("zeta(5)", "pi^2*zeta(3)", "pi^4*log(2)", "zeta(3)*log(2)^2", "pi^2*log(2)^3", "log(2)^5"),
    "weight five without log(2)^2": ("1", "zeta(5)", "pi^2*zeta(3)", "pi^4*log(2)"),
    "weight six": ("1", "pi^6", "zeta(3)^2"),
    "weight seven": ("zeta(7)", "pi^2*zeta(5)", "pi^4*zeta(3)"),
    "odd zeta values": ("1", "zeta(3)", "zeta(5)", "zeta(7)"),
    "weight four and below": ("1", "pi^2", "zeta(3)", "pi^4", "pi^2*log(2)"),
    "weight three, level four": ("zeta(3)", "pi^3", "pi*catalan", "pi^2*log(2)", "pi*log(2)^2", "log(2)^3"),
    "level three and below": ("1", "dirichletl(-3, 2)*sqrt(3)", "pi*sqrt(3)", "log(3)", "pi^2"),
    "units and pi": ("1", "sqrt(5)*log(phi)", "log(phi)", "log(5)", "pi"),
    "logarithms of the golden ratio": ("pi^2", "log(phi)^2", "log(5)*log(phi)", "log(5)^2"),
    "Bessel functions": ("1", "besseli(0, 2)", "besseli(1, 2)"),
    "lemniscate": ("1", "gamma(1/4)^2/sqrt(pi)", "gamma(3/4)^2/sqrt(pi)", "pi"),
    "arctangents": ("1", "pi", "atan(2)", "atan(sqrt(2))", "log(2)", "log(5)"),
}  # fmt: skip
"""Bases of linear forms: constants of one kind, as integrals and sums of one kind have them."""

PRODUCTS = {
    "2, 3, 5, 7 and pi": ("2", "3", "5", "7", "pi"),
    "2, 3, pi and e": ("2", "3", "pi", "e"),
    "2, 3, 5, pi and e": ("2", "3", "5", "pi", "e"),
    "2, 3, pi and gamma(1/4)": ("2", "3", "pi", "gamma(1/4)"),
    "2, 3, pi and gamma(1/3)": ("2", "3", "pi", "gamma(1/3)"),
    "2, 3, pi and both gamma values": ("2", "3", "pi", "gamma(1/3)", "gamma(1/4)"),
    "2, 5, pi and gamma values of fifths": ("2", "5", "phi", "pi", "gamma(1/5)", "gamma(2/5)"),
    "2, pi and gamma values of eighths": ("2", "pi", "1 + sqrt(2)", "gamma(1/8)", "gamma(1/4)"),
    "2, 3, 5, pi and gamma values of fifths": ("2", "3", "5", "phi", "pi", "gamma(1/5)", "gamma(2/5)"),
    "2, 3, pi and gamma values of twelfths": ("2", "3", "1 + sqrt(3)", "pi", "gamma(1/3)", "gamma(1/4)"),
    "2, 3, pi and gamma values of eighths": ("2", "3", "pi", "1 + sqrt(2)", "gamma(1/8)", "gamma(1/4)"),
    "2, 7, pi and gamma values of sevenths": ("2", "7", "pi", "gamma(1/7)", "gamma(2/7)", "gamma(4/7)"),
    "2, 3, pi and two gamma values of sevenths": ("2", "3", "pi", "gamma(1/7)", "gamma(2/7)"),
    "2, 3, pi and gamma values of ninths": ("2", "3", "pi", "gamma(1/9)", "gamma(2/9)", "gamma(1/3)"),
    "2, 3, exp(pi) and gamma(1/3)": ("2", "3", "pi", "exp(pi*sqrt(3))", "gamma(1/3)"),
    "2, 3, glaisher and exp(zeta(3)/pi^2)": ("2", "3", "pi", "e", "glaisher", "exp(zeta(3)/pi^2)"),
    "2, 3, 5, phi and pi": ("2", "3", "5", "phi", "pi"),
    "2, 3, and units": ("2", "3", "1 + sqrt(2)", "2 + sqrt(3)", "pi"),
    "2, 3, pi and log(2)": ("2", "3", "pi", "log(2)"),
    "2, pi, log(2) and log(3)": ("2", "pi", "log(2)", "log(3)"),
    "2, 3, pi and zeta(3)": ("2", "3", "pi", "zeta(3)"),
    "2, 3, pi and catalan": ("2", "3", "pi", "catalan"),
    "2, 3, pi and exp(euler_gamma)": ("2", "3", "pi", "exp(euler_gamma)"),
    "2, pi, e and exp(euler_gamma)": ("2", "pi", "e", "exp(euler_gamma)"),
    "2, 3, pi and euler_gamma": ("2", "3", "pi", "euler_gamma"),
    "2, pi, e and glaisher": ("2", "pi", "e", "glaisher"),
    "2, pi, and exp(catalan/pi)": ("2", "3", "exp(catalan/pi)", "pi"),
    "2, 3, exp(pi) and e": ("2", "3", "exp(pi)", "e", "pi"),
    "2, exp(pi) and gamma(1/4)": ("2", "exp(pi)", "pi", "gamma(1/4)"),
}  # fmt: skip
"""Numbers whose powers are multiplied: the logarithms of each set are taken for independent."""
