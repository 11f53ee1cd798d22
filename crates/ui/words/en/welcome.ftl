# The first steps.
welcome-title = First steps
welcome-about = Everything here happens in a project. How do you want to begin?
welcome-name = Name of the project
welcome-name-hint = Small letters, digits and hyphens. It stays for good.
welcome-bad-name = This cannot be a name: { $why }
welcome-exists = There is a project with this name already. Choose another name.
welcome-sample = Look around in a sample
welcome-sample-about = A small company’s prompts and shared texts, to read, change, release and take back. No customer ever sees it.
welcome-sample-live = They are published and live in development, staging and production when you get there.
welcome-sample-do = Make the sample project
welcome-sample-notes = The sample’s first release.
welcome-import = Bring your own prompts
welcome-import-about = Choose the folder with your prompts. They are checked first, and published if nothing is wrong. Nothing becomes live.
welcome-import-do = Check and import
welcome-folder = Folder
welcome-folder-hint = The folder that has the file prompts.yaml, with everything below it.
welcome-single = Choose single files instead
welcome-single-about = For one prompt: its prompt.yaml and the texts beside it.
welcome-files = Files of one prompt
welcome-prompt = Name of this prompt
welcome-prompt-hint = Area and name, such as sales/qualify-lead.
welcome-prompt-missing = Single files need the name of their prompt: area and name, such as sales/qualify-lead.
welcome-no-files = Nothing was chosen that could be imported. Choose a folder with prompts in it.
welcome-nothing = These files hold no prompts and no shared texts.
welcome-not-text = This file is not text (UTF-8), so it cannot be read.
welcome-not-text-fix = Save it as UTF-8, or leave it out.
welcome-neither = Neither of them?
welcome-projects = See all projects, or make an empty one
welcome-refused = { $count ->
    [one] One thing in the files must be corrected first.
   *[other] { $count } things in the files must be corrected first.
}
welcome-refused-nothing = Nothing was made or published. Correct the files, choose them again, and import again.
welcome-refused-made = The project is there, and nothing was published in it. Correct the files, choose them again, and import again under the same name.
welcome-place = { $file }, line { $line }
