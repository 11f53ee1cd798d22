# Sample data for trying a text.
sample-case = Sample data
sample-case-about = A test case, or values of your own.
sample-own = My own values
sample-made = Made-up values
sample-none = No values
sample-own-title = My own values
sample-own-about = These are used when “My own values” is chosen above.
sample-optional = May be left empty.
sample-json = As JSON: a list in [ ] or fields in {"{"} {"}"}.
